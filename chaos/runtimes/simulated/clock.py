"""The clocks of a simulated machine, which may be wrong like real ones.

One oscillator drives both: when it drifts, timeouts and leases of that machine are too short or too
long, and asyncio's own timers with them. What is set from outside (by an operator, by a bad time
server) is only the wall clock: it jumps, forward or back, and under a strobe it jumps all the time.
"""

import asyncio

from chaos.cluster import ClockState
from chaos.runtimes.simulated.timeline import Timeline

EPOCH_S = 1_000_000_000.0  # when every simulation begins: 2001-09-09 01:46:40 UTC
RIGHT = ClockState()


class MachineClock:
    """The clocks of one machine, up for `uptime_s`; they go on while processes on it come and go.

    Machines have been up for different times, so whoever compares their monotonic clocks is wrong
    from the start.
    """

    def __init__(self, timeline: Timeline, uptime_s: float = 0.0) -> None:
        self.state = RIGHT
        self._timeline = timeline
        self._booted_s = self._local_s = uptime_s
        self._since_s = timeline.now_s

    def monotonic(self) -> float:
        """Seconds since the machine was started; never goes back."""
        return self._local_s + (self._timeline.now_s - self._since_s) * self.state.rate

    def wall(self) -> float:
        """Seconds since 1970 as this machine believes."""
        state = self.state
        in_error = state.strobe_s and int(self._timeline.now_s / state.period_s) % 2
        wrong_s = state.offset_s + (state.strobe_s if in_error else 0.0)
        return EPOCH_S + self.monotonic() - self._booted_s + wrong_s

    def set(self, state: ClockState) -> None:
        """From now on the clocks are wrong in this way. Timers that run already keep their moment."""
        self._local_s, self._since_s = self.monotonic(), self._timeline.now_s
        self.state = state

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


def _ring(over: asyncio.Future[None]) -> None:
    if not over.done():
        over.set_result(None)
