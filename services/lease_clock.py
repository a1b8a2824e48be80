"""The clock for "I may act until then": it never shows less time than any clock of the machine saw pass.

A lease is a promise in true time, but a machine's monotonic clock does not count the time in which the
machine slept or its hypervisor froze it. The boot-time clock counts while the machine sleeps. After a freeze
that no clock of the guest counted, the wall clock is often corrected: a jump ahead may stand for such a
freeze, so it counts as time that has passed. A clock that is set back says nothing. If the wall clock was
merely wrong, a lease is renewed once more than necessary.

The other kind of promise, "others may act until then, and I wait", uses the monotonic clock: a node that
sleeps then waits longer, which harms nobody.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from services.ports import Clock

NOISE_S = 0.001  # between two clocks that cannot be read at the same instant


class LeaseClock:
    """Compare its times only with each other. A jump counts from the next look."""

    def __init__(self, clock: "Clock") -> None:
        self._clock = clock
        self._apart_s = clock.wall() - clock.boottime()
        self._jumped_s = 0.0

    def now_s(self) -> float:
        """Seconds since some fixed moment; never goes back."""
        boottime = self._clock.boottime()
        apart_s = self._clock.wall() - boottime
        jump_s = apart_s - self._apart_s
        if jump_s > NOISE_S:
            self._jumped_s += jump_s
        if jump_s > NOISE_S or jump_s < 0:
            self._apart_s = apart_s
        return boottime + self._jumped_s
