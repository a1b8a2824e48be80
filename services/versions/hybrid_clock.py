"""A clock for stamps: it shows the time of day, but never the same time twice, and never goes back.

If the wall clock stands still or jumps back, this clock counts on by itself. It also moves up to any stamp
that it is shown, so that a node which has seen a version writes a later one (hybrid logical clocks: Kulkarni,
Demirbas et al. 2014). Clocks of two nodes that have not heard from each other may still differ.
"""

from collections.abc import Callable


class HybridClock:
    """`wall` returns the time of day in seconds."""

    def __init__(self, wall: Callable[[], float]) -> None:
        self._wall = wall
        self._last_us = 0

    def now_us(self) -> int:
        """The time in microseconds, larger than ever before here."""
        self._last_us = max(self._last_us + 1, int(self._wall() * 1_000_000))
        return self._last_us

    def saw(self, time_us: int) -> None:
        """Note a time from elsewhere; this clock's next times will be later."""
        self._last_us = max(self._last_us, time_us)


class WallClock(HybridClock):
    """The time of day, never the same twice. It ignores others' stamps, so it does not respect causality."""

    def saw(self, time_us: int) -> None:
        """Ignore it."""


def clock_for_stamps(wall: Callable[[], float], ahead_s: float, *, heeds_others: bool) -> HybridClock:
    """The clock of a node whose wall clock is `ahead_s` ahead; with `heeds_others` it heeds other stamps."""
    kind = HybridClock if heeds_others else WallClock
    return kind(lambda: wall() + ahead_s)
