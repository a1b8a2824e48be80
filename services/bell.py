"""A bell: anybody may ring it, and one task waits until it has rung, with a timeout if it wants.

It does what `asyncio.Event` under `asyncio.timeout` does, but for a single listener, with one future and one
timer. A leader waits like this for each of its followers after every batch.
"""

import asyncio


class Bell:
    """It has rung, or has not, since it was last silenced."""

    def __init__(self) -> None:
        self._rung = False
        self._listener: asyncio.Future[None] | None = None

    def ring(self) -> None:
        """Release the listener, or the next one to listen before `silence`."""
        self._rung = True
        self._wake()

    def silence(self) -> None:
        """From now on a listener waits for the next ring."""
        self._rung = False

    async def rung(self, within_s: float | None = None) -> bool:
        """True as soon as it has rung; False if it has not within `within_s` (None: wait for ever)."""
        if not self._rung:
            loop = asyncio.get_running_loop()
            self._listener = loop.create_future()
            alarm = None if within_s is None else loop.call_later(within_s, self._wake)
            try:
                await self._listener
            finally:
                if alarm is not None:
                    alarm.cancel()
        return self._rung

    def _wake(self) -> None:
        if self._listener is not None and not self._listener.done():
            self._listener.set_result(None)
