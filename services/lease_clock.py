"""The clock for "until then I may": it never shows less time than any clock of the machine saw pass.

A lease is a promise in true time, and the monotonic clock of a machine does not count the time in which the
machine slept or its hypervisor held it still. The boot-time clock counts while the machine sleeps. After a
freeze that no clock of the guest counted, somebody often sets the wall clock right: what it has jumped ahead
by may have been such a freeze, so it counts as time that has passed. A clock that is set back says nothing.
If the wall clock was only set wrong, a lease is asked for once more than was needed.

The other kind of promise, "until then others may, and I wait", is counted by the monotonic clock: whoever
sleeps then waits for longer, which harms nobody.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from services.ports import Clock

NOISE_S = 0.001  # between two clocks that cannot be read at the same instant


class LeaseClock:
    """Compare its moments only with each other. A jump counts at the next look."""

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
