"""A pause in which requests wait: the lead passes to another, and nobody needs to be refused for that.

It ends when the next leader is known, and at the latest at a moment fixed when it began, so that clients
never wait for a successor who does not come.
"""

import asyncio

from services.ports import Clock


class Hold:
    """Requests go through `passed`, which returns at once unless a hold is in force."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._until = 0.0
        self._over = asyncio.Event()
        self._over.set()

    def begin(self, limit_s: float) -> None:
        """From now on requests wait, for at most `limit_s`."""
        self._until = self._clock.monotonic() + limit_s
        self._over.clear()

    def end(self) -> None:
        """Whoever waits goes on."""
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
