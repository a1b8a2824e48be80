"""The capacity of a replica: it serves a number of client requests per second; the others wait in a queue.

Real machines have a limited capacity, and that is why extra copies help reads. A simulation has no such
limit, and local processes share one machine, so the settings state it: one server that takes the same time
for each request, first come, first served (the wait is Lindley's recursion). A request that would wait too
long is refused at once, which is kinder than letting it time out.
"""

from services.errors import LabError
from services.ports import Clock

LONGEST_WAIT_S = 0.3


class Capacity:
    """The queue of one replica."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._free_at = 0.0

    async def served(self, per_s: float | None) -> None:
        """Return when a request that comes now has been served; with `per_s` None, at once.

        Raises `LabError` overloaded if too many are waiting.
        """
        if per_s is None:
            return
        now = self._clock.monotonic()
        wait_s = max(0.0, self._free_at - now)
        if wait_s > LONGEST_WAIT_S:
            raise LabError("overloaded", f"the queue here is {wait_s:.1f} s long at {per_s:g} requests/s")
        self._free_at = now + wait_s + 1 / per_s
        await self._clock.sleep(self._free_at - now)
