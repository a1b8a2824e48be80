"""A pause in which requests wait while the lead passes to another replica, so that none is refused.

It ends when the next leader is known, or at a deadline set when it began, so that clients never wait for a
successor that does not come. `Underway` counts the requests that came before it.
"""

import asyncio

from services.ports import Clock


class Hold:
    """Requests go through `passed`, which returns at once unless a hold is in force.

    `successor` is the replica that is to lead, from when the lead is given up until the next leader is known.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.successor: str | None = None
        self._until = 0.0
        self._over = asyncio.Event()
        self._over.set()

    def begin(self, limit_s: float) -> None:
        """Make requests wait from now on, for at most `limit_s`."""
        self._until = self._clock.monotonic() + limit_s
        self._over.clear()

    def end(self) -> None:
        """Let waiting requests go on."""
        self.successor = None
        self._over.set()

    async def passed(self) -> None:
        """Return as soon as nothing holds requests back."""
        if self._over.is_set():
            return
        try:
            async with asyncio.timeout(self._until - self._clock.monotonic()):
                await self._over.wait()
        except TimeoutError:
            self._over.set()


class Underway:
    """The requests that a leader has taken but not answered; each is a `with` block."""

    def __init__(self) -> None:
        self._count = 0
        self._none = asyncio.Event()
        self._none.set()

    def __enter__(self) -> None:
        self._count += 1
        self._none.clear()

    def __exit__(self, *_: object) -> None:
        self._count -= 1
        if not self._count:
            self._none.set()

    async def none(self) -> None:
        """Return as soon as all of them are over."""
        await self._none.wait()
