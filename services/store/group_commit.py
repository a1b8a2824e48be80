"""Concurrent writes share one transaction and so one sync of the disk (group commit).

A disk that can sync a thousand times a second still stores forty thousand writes a second this way:
while one sync is under way the next writes gather, and go together.
"""

import asyncio
from collections.abc import Callable
from typing import TypeAlias

import apsw

from services.bell import Bell
from services.errors import LabError
from services.messages import Entry, Operation, Position
from services.ports import Disk
from services.single_leader.storage import Outcome, Storage, Transaction

Request: TypeAlias = Operation | Transaction | None
Waiting: TypeAlias = tuple[Request, asyncio.Future[Outcome]]
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
        self._news = Bell()

    async def append(self, operation: Operation | None) -> Position:
        """The position of `operation` in the log, once it is durable here."""
        return (await self.perform(operation)).position

    async def perform(self, request: Request) -> Outcome:
        """What came of `request`, once it is durable here. Raises `LabError` when nothing did."""
        future: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._waiting.append((request, future))
        self._news.ring()
        return await future

    async def run(self) -> None:
        """Commit whatever has gathered, again and again."""
        while True:
            await self._news.rung()
            self._news.silence()
            while self._waiting:
                batch, self._waiting = self._waiting[:MOST_PER_COMMIT], self._waiting[MOST_PER_COMMIT:]
                await self._commit(batch)

    def fail(self, error: LabError) -> None:
        """Refuse what has not been written yet."""
        _refuse(self._waiting, error)
        self._waiting = []

    async def _commit(self, batch: list[Waiting]) -> None:
        requests = [request for request, _ in batch]
        try:
            outcomes = await self._disk.run(lambda: self._storage.append(self._epoch, requests))
        except asyncio.CancelledError:
            _refuse(batch, LabError("not-acknowledged", "the leader stopped leading while it wrote this"))
            raise
        except LabError as error:
            _refuse(batch, error)
        except (apsw.Error, OSError) as error:
            _refuse(batch, LabError("storage-failed", f"the disk did not take the write: {error}"))
        else:
            self._committed([entry for outcome in outcomes for entry in outcome.entries])
            for outcome, waiting in zip(outcomes, batch, strict=True):
                if outcome.error:
                    _refuse([waiting], outcome.error)
                elif not waiting[1].done():
                    waiting[1].set_result(outcome)


def _refuse(batch: list[Waiting], error: LabError) -> None:
    for _, future in batch:
        if not future.done():
            future.set_exception(error)
