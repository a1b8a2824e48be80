"""The clock port: this machine's two clocks."""

import asyncio
import time


class SystemClock:
    """See `services.ports.Clock`."""

    def monotonic(self) -> float:
        """Seconds since some fixed moment; never goes back."""
        return time.monotonic()

    def wall(self) -> float:
        """Seconds since 1970, as this machine believes."""
        return time.time()

    async def sleep(self, delay_s: float) -> None:
        """Suspend the caller for `delay_s` seconds."""
        await asyncio.sleep(delay_s)
