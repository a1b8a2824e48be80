"""Notes when the lab's own machine stands still, because nothing that happens then proves anything.

A host stops a virtual machine, somebody closes a lid, or there is more work than the processors can do: then
every timeout runs out at once, and nodes that were well are declared dead. A task that wakes up often sees it
by how late it wakes. It lives on the event loop of the clients, and of the links where the lab carries them
itself; so whatever holds it up has held them up as well. It goes by the clock that counts sleep.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from services.ports import Clock

PERIOD_S = 0.02
NOTED_S = 0.05  # what is shorter is the daily life of an event loop


@dataclass(frozen=True)
class Stall:
    """Nothing ran for `lasted_s` from `began_ns` on, by the time of the history."""

    began_ns: int
    lasted_s: float

    def to_json(self) -> dict[str, Any]:
        """A line of `stalls.jsonl`; both in nanoseconds, as in the history."""
        return {"time": self.began_ns, "lasted": round(self.lasted_s * 1e9)}


class _Watch:
    def __init__(self, clock: Clock, elapsed_ns: Callable[[], int]) -> None:
        self.stalls: list[Stall] = []
        self._clock, self._elapsed_ns = clock, elapsed_ns
        self._begin()

    async def keep(self) -> None:
        while True:
            await self._clock.sleep(PERIOD_S)
            self.look()

    def look(self) -> None:
        """Note by how much it is later than it should be."""
        late_s = self._clock.boottime() - self._due_s
        if late_s >= NOTED_S:
            self.stalls.append(Stall(self._began_ns, late_s))
        self._begin()

    def _begin(self) -> None:
        self._due_s = self._clock.boottime() + PERIOD_S
        self._began_ns = self._elapsed_ns()


@asynccontextmanager
async def watching(clock: Clock, elapsed_ns: Callable[[], int]) -> AsyncIterator[Sequence[Stall]]:
    """Watch while the block runs; the list it yields is complete when the block is left."""
    watch = _Watch(clock, elapsed_ns)
    task = asyncio.create_task(watch.keep())
    try:
        yield watch.stalls
    finally:
        watch.look()  # a stall at the very end, from which the task has not woken yet
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def not_watching() -> AsyncIterator[Sequence[Stall]]:
    """For a run that no stall of the machine can touch, because its time is virtual."""
    yield ()
