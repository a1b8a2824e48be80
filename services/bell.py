"""A bell: anybody rings it, and one task waits until it has rung, if need be not for ever.

What `asyncio.Event` under `asyncio.timeout` does, for a single listener: with one future and one timer. A
leader waits so for each of its followers after every batch.
"""

import asyncio


class Bell:
    """It has rung or not, since it was silenced last."""

    def __init__(self) -> None:
        self._rung = False
        self._listener: asyncio.Future[None] | None = None

    def ring(self) -> None:
        """Let whoever listens go on, and whoever will listen before `silence` as well."""
        self._rung = True
        self._wake()

    def silence(self) -> None:
        """Whoever listens from now on waits for the next ring."""
        self._rung = False

    async def rung(self, within_s: float | None = None) -> bool:
        """True as soon as it has rung; False when it has not within so many seconds (None: wait for ever)."""
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
