"""An event loop whose time stands still while the machine does, and a clock that shows it.

What is tried out in one process lies on both ends of every wait. When a busy machine lets the process stand
still, all deadlines would pass at once, before anybody could do what they were for. Here a wait takes no
longer than it was meant to, and a step between two waits no longer than `MOST_S`, whatever the machine took.
"""

import asyncio
import selectors
import time

from services.adapters.clock import SystemClock

MOST_S = 0.01  # a step that took longer counts as this long


class _Time:
    """What all loops of this process have counted."""

    now_s = time.monotonic()


class _Selector(selectors.DefaultSelector):
    """Measures each wait, and each step between two, and counts what is credible."""

    def __init__(self) -> None:
        super().__init__()
        self._seen_s = time.monotonic()

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self._count(MOST_S)
        found = super().select(timeout)
        self._count(MOST_S if timeout is None else timeout)
        return found

    def _count(self, most_s: float) -> None:
        before_s, self._seen_s = self._seen_s, time.monotonic()
        _Time.now_s += min(self._seen_s - before_s, max(0.0, most_s))


def loop() -> asyncio.AbstractEventLoop:
    """A new event loop."""
    made = asyncio.SelectorEventLoop(_Selector())
    made.time = lambda: _Time.now_s  # type: ignore[method-assign]
    return made


class UnhurriedClock(SystemClock):
    """The clock port over the time of the running loop; what it shows as the wall's is the machine's."""

    def monotonic(self) -> float:
        try:
            return asyncio.get_running_loop().time()
        except RuntimeError:
            return _Time.now_s

    boottime = monotonic
