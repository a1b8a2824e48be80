"""The clock port: this machine's three clocks."""

import asyncio
import sys
import time
from collections.abc import Callable


class SystemClock:
    """See `services.ports.Clock`.

    `counts_sleep` is False on a system without a clock for that; there `boottime` equals `monotonic`.
    """

    def __init__(self) -> None:
        clock = _clock_that_counts_sleep()
        self.counts_sleep = clock is not None
        self._boottime = clock or time.monotonic

    def monotonic(self) -> float:
        """Seconds since some fixed moment; never goes back."""
        return time.monotonic()

    def boottime(self) -> float:
        """The same, but it also counts the time in which the machine slept."""
        return self._boottime()

    def wall(self) -> float:
        """Seconds since 1970, according to this machine."""
        return time.time()

    async def sleep(self, delay_s: float) -> None:
        """Suspend the caller for `delay_s` seconds."""
        await asyncio.sleep(delay_s)


def _clock_that_counts_sleep() -> Callable[[], float] | None:
    """Linux has one. On macOS it is `CLOCK_MONOTONIC`, which is not Python's `monotonic` there."""
    name = "CLOCK_MONOTONIC" if sys.platform == "darwin" else "CLOCK_BOOTTIME"
    number: int | None = getattr(time, name, None)
    return None if number is None else lambda: time.clock_gettime(number)
