"""Waiting until a replica's own log reaches a position that was seen elsewhere.

Whether a position has arrived depends on the epoch too. The same sequence number may have been given twice,
by a leader whose tail was lost and by its successor, and those are two different writes. A log that has gone
on in a later epoch without the position will never hold it.
"""

import asyncio
from collections.abc import Callable
from typing import Literal, TypeAlias

from services.messages import Position
from services.store.reach import Reach

Whereabouts: TypeAlias = Literal["here", "to-come", "lost"]


def whereabouts(wanted: Position, nearest: Position, log: Reach) -> Whereabouts:
    """Where `wanted` is for a log whose newest position up to `wanted` is `nearest`.

    Of some trimmed entries nobody can tell, so a session that began so long ago should begin anew.
    """
    if nearest == wanted or log.trimmed(wanted):
        return "here"
    return "lost" if log.last > wanted else "to-come"


class Arrivals:
    """Wakes those who wait for something in the log, whenever the log changes."""

    def __init__(self) -> None:
        self._news = asyncio.Event()

    def announce(self) -> None:
        """The log has changed."""
        self._news.set()
        self._news = asyncio.Event()

    async def until(self, arrived: Callable[[], bool], within_s: float) -> bool:
        """Wait until `arrived()`; False if it takes longer than `within_s`. Raises what `arrived` raises."""
        try:
            async with asyncio.timeout(within_s):
                while not arrived():
                    await self._news.wait()
        except TimeoutError:
            return False
        return True
