"""Concurrent writes share one transaction and so one sync of the disk (group commit).

This way a disk that can sync a thousand times a second stores forty thousand writes a second: while one sync
is under way the next writes gather, and are written together.

A batch may be *foretold*: others get it while the disk still writes it. Then they have it, whatever the disk
says, so nothing else may ever take its place. If the disk refuses it, it is written before anything else, and
tried again now and then until the disk takes it.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Generic, Protocol, TypeVar

import apsw

from services.bell import Bell
from services.errors import LabError
from services.ports import Disk

MOST_PER_COMMIT = 1024
MOST_AT_ONCE = 4  # for larger batches, take further requests while they are written
AGAIN_S = 0.1  # after the disk has refused what others have already


class Outcome(Protocol):
    """What came of one request: `error` says why it failed, even if others in the batch succeeded."""

    @property
    def error(self) -> LabError | None:
        """None if it succeeded."""


Request = TypeVar("Request")
Done = TypeVar("Done", bound=Outcome)


class GroupCommit(Generic[Request, Done]):
    """Performs requests in batches; `run` must be spawned beside it.

    `perform_all` does several in one transaction, durable on return, and blocks; `committed` then gets the
    outcomes. A request that `is_short` changes no more than a row or two. `foretell` gets each batch before
    it is written; it returns True if it passes the batch on already.
    """

    def __init__(
        self,
        disk: Disk,
        perform_all: Callable[[Sequence[Request]], list[Done]],
        committed: Callable[[list[Done]], None],
        is_short: Callable[[Request], bool] = lambda request: False,
        foretell: Callable[[Sequence[Request]], bool] = lambda requests: False,
    ) -> None:
        self._disk, self._perform_all, self._committed = disk, perform_all, committed
        self._is_short, self._foretell = is_short, foretell
        self._owed: Sequence[Request] = ()  # foretold, and not written yet
        self._waiting: list[tuple[Request, asyncio.Future[Done]]] = []
        self._news = Bell()
        self._over: LabError | None = None

    async def perform(self, request: Request) -> Done:
        """The outcome of `request`, once it is durable here. Raises `LabError` if it failed."""
        if self._over:
            raise self._over
        future: asyncio.Future[Done] = asyncio.get_running_loop().create_future()
        self._waiting.append((request, future))
        self._news.ring()
        return await future

    async def run(self) -> None:
        """Commit what has gathered, again and again."""
        while True:
            came = await self._news.rung(AGAIN_S if self._owed else None)
            self._news.silence()
            if not came:
                with suppress(LabError, apsw.Error, OSError):  # then once more, later
                    await self._pay()
            while self._waiting:
                batch, self._waiting = self._waiting[:MOST_PER_COMMIT], self._waiting[MOST_PER_COMMIT:]
                await self._commit(batch)

    def fail(self, error: LabError) -> None:
        """Refuse what has not been written yet, and all that comes from now on."""
        self._over = error
        _refuse(self._waiting, error)
        self._waiting = []

    async def _commit(self, batch: list[tuple[Request, asyncio.Future[Done]]]) -> None:
        try:
            outcomes = await self._stored([request for request, _ in batch])
        except asyncio.CancelledError:
            _refuse(batch, LabError("not-acknowledged", "the node stopped taking writes while it wrote this"))
            raise
        except LabError as error:
            _refuse(batch, error)
        except (apsw.Error, OSError) as error:
            _refuse(batch, LabError("storage-failed", f"the disk did not take the write: {error}"))
        else:
            self._committed(outcomes)
            for outcome, waiting in zip(outcomes, batch, strict=True):
                if outcome.error:
                    _refuse([waiting], outcome.error)
                elif not waiting[1].done():
                    waiting[1].set_result(outcome)

    async def _stored(self, requests: Sequence[Request]) -> list[Done]:
        """What came of `requests`, once they are durable, and all that was foretold before them."""
        await self._pay()
        if not self._foretell(requests):
            return await self._written(requests)
        self._owed = requests
        await _turn_of_others()  # it goes on its way before the disk may hold up the loop
        try:
            outcomes = await self._written(requests)
        except LabError as error:  # a refusal, which would say that nothing of it can ever be seen
            raise LabError("not-acknowledged", f"this was on its way to others already: {error}") from error
        self._owed = ()
        return outcomes

    async def _pay(self) -> None:
        """Write what is owed."""
        if self._owed:
            self._committed(await self._written(self._owed))
            self._owed = ()

    async def _written(self, requests: Sequence[Request]) -> list[Done]:
        short = len(requests) <= MOST_AT_ONCE and all(map(self._is_short, requests))
        return await self._disk.run(lambda: self._perform_all(requests), short)


async def _turn_of_others() -> None:
    turn = Bell()
    asyncio.get_running_loop().call_soon(turn.ring)
    await turn.rung()


def _refuse(batch: Sequence[tuple[Request, asyncio.Future[Done]]], error: LabError) -> None:
    for _, future in batch:
        if not future.done():
            future.set_exception(error)
