"""A clock for stamps: it shows the time of day, but never the same time twice, and never goes back.

Where the wall clock stands still or jumps back it counts on by itself, and it moves up to whatever stamp it
has been shown, so that whoever has seen a version writes a later one (hybrid logical clocks: Kulkarni,
Demirbas et al. 2014). Clocks of two nodes that have not heard of each other may differ all the same.
"""

from collections.abc import Callable


class HybridClock:
    """`wall` is the time of day in seconds."""

    def __init__(self, wall: Callable[[], float]) -> None:
        self._wall = wall
        self._last_us = 0

    def now_us(self) -> int:
        """Microseconds, more than ever before here."""
        self._last_us = max(self._last_us + 1, int(self._wall() * 1_000_000))
        return self._last_us

    def saw(self, time_us: int) -> None:
        """Somebody has shown this time; what comes will be later."""
        self._last_us = max(self._last_us, time_us)


class WallClock(HybridClock):
    """The time of day, never the same twice, whatever others have shown: it knows nothing of causes."""

    def saw(self, time_us: int) -> None:
        """Nothing comes of it."""


def clock_for_stamps(wall: Callable[[], float], ahead_s: float, *, heeds_others: bool) -> HybridClock:
    """That of a node whose wall clock is so far ahead; does it move up to what others have shown?"""
    kind = HybridClock if heeds_others else WallClock
    return kind(lambda: wall() + ahead_s)
