"""The clocks of a simulated machine, which may be wrong like real ones.

One oscillator drives them all: when it drifts, that machine's timeouts and leases are too short or too long,
and asyncio's own timers with them. Only the wall clock can be set from outside (by an operator or a bad time
server): it jumps, forward or back, and under a strobe it jumps all the time.

A machine that stands still counts nothing, except that its boot-time clock counts sleep if the machine's own
system put it to sleep. When the machine goes on, its wall clock has been corrected, even if it drifts; and so
it has when nothing is wrong any more.
"""

import asyncio

from chaos.cluster import ClockState
from chaos.runtimes.simulated.timeline import Timeline

EPOCH_S = 1_000_000_000.0  # when every simulation begins: 2001-09-09 01:46:40 UTC
RIGHT = ClockState()
HARDLY = 1e-9  # how fast the clocks of a machine run that stands still


class MachineClock:
    """The clocks of one machine, up for `uptime_s`; they go on while processes on it come and go.

    Machines have been up for different times, so whoever compares their monotonic clocks is wrong
    from the start.
    """

    def __init__(self, timeline: Timeline, uptime_s: float = 0.0) -> None:
        self.state = RIGHT
        self._timeline = timeline
        self._local_s, self._asleep_s = uptime_s, 0.0
        self._late_s = 0.0  # the wall clock, by drift and freezes since it was right
        self._since_s = timeline.now_s

    @property
    def rate(self) -> float:
        """How fast the monotonic clock runs."""
        return self.state.rate if self.state.still == "no" else HARDLY

    def monotonic(self) -> float:
        """Seconds since the machine was started; never goes back."""
        return self._local_s + self._passed_s() * self.rate

    def boottime(self) -> float:
        """The same, and the time in which it was asleep."""
        asleep_s = self._passed_s() if self.state.still == "asleep" else 0.0
        return self.monotonic() + self._asleep_s + asleep_s

    def wall(self) -> float:
        """Seconds since 1970 as this machine believes."""
        state = self.state
        in_error = state.strobe_s and int(self._timeline.now_s / state.period_s) % 2
        wrong_s = state.offset_s + (state.strobe_s if in_error else 0.0)
        return EPOCH_S + self._timeline.now_s - self._late_by_s() + wrong_s

    def set(self, state: ClockState) -> None:
        """From now on the clocks are wrong in this way. Timers that run already keep their moment."""
        late_s, asleep_s = self._late_by_s(), self.boottime() - self.monotonic()
        goes_on = self.state.still != "no" and state.still == "no"
        self._local_s = self.monotonic()
        self._asleep_s, self._since_s, self.state = asleep_s, self._timeline.now_s, state
        self._late_s = 0.0 if self.rate == 1 or goes_on else late_s

    async def sleep(self, delay_s: float) -> None:
        """See `services.ports.Clock`. Call it in a task of this machine."""
        loop = self._timeline.running
        over = loop.create_future()
        alarm = loop.call_later(delay_s, _ring, over)
        try:
            await over
        except BaseException:  # else the alarm has rung, and there is nothing to cancel
            alarm.cancel()
            raise

    def _passed_s(self) -> float:
        """True time since the clocks were set last."""
        return self._timeline.now_s - self._since_s

    def _late_by_s(self) -> float:
        return self._late_s + self._passed_s() * (1 - self.rate)


def _ring(over: asyncio.Future[None]) -> None:
    if not over.done():
        over.set_result(None)
