"""Concurrent writes share one transaction and so one sync of the disk (group commit).

A disk that can sync a thousand times a second still stores forty thousand writes a second this way:
while one sync is under way the next writes gather, and go together.
"""

import asyncio
from collections.abc import Callable

import apsw

from services.errors import LabError
from services.messages import Entry, Operation, Position
from services.ports import Disk
from services.replica.storage import Storage

Waiting = tuple[Operation | None, asyncio.Future[Position]]
MOST_PER_COMMIT = 1024


class GroupCommit:
    """Appends a leader's operations in batches; `run` must be spawned beside it."""

    def __init__(
        self, disk: Disk, storage: Storage, epoch: int, committed: Callable[[list[Entry]], None]
    ) -> None:
        self._disk = disk
        self._storage = storage
        self._epoch = epoch
        self._committed = committed
        self._waiting: list[Waiting] = []
        self._news = asyncio.Event()

    async def append(self, operation: Operation | None) -> Position:
        """The position of `operation` in the log, once it is durable here."""
        future: asyncio.Future[Position] = asyncio.get_running_loop().create_future()
        self._waiting.append((operation, future))
        self._news.set()
        return await future

    async def run(self) -> None:
        """Commit whatever has gathered, again and again."""
        while True:
            await self._news.wait()
            self._news.clear()
            while self._waiting:
                batch, self._waiting = self._waiting[:MOST_PER_COMMIT], self._waiting[MOST_PER_COMMIT:]
                await self._commit(batch)

    def fail(self, error: LabError) -> None:
        """Refuse what has not been written yet."""
        _refuse(self._waiting, error)
        self._waiting = []

    async def _commit(self, batch: list[Waiting]) -> None:
        operations = [operation for operation, _ in batch]
        try:
            entries = await self._disk.run(lambda: self._storage.append(self._epoch, operations))
        except asyncio.CancelledError:
            _refuse(batch, LabError("not-acknowledged", "the leader stopped leading while it wrote this"))
            raise
        except LabError as error:
            _refuse(batch, error)
        except (apsw.Error, OSError) as error:
            _refuse(batch, LabError("storage-failed", f"the disk did not take the write: {error}"))
        else:
            self._committed(entries)
            for entry, (_, future) in zip(entries, batch, strict=True):
                if not future.done():
                    future.set_result(entry.position)


def _refuse(batch: list[Waiting], error: LabError) -> None:
    for _, future in batch:
        if not future.done():
            future.set_exception(error)
