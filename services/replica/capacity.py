"""The capacity of a replica: so many requests of clients a second, the others wait in a queue.

Real machines have one, and it is why copies are worth having for reads. A simulation has none of its own,
and local processes share one machine, so it is stated: one server that takes the same time for each request,
first come first served (how long one waits is Lindley's recursion). Who would have to wait too long is
refused at once, which is kinder than to let it time out.
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
        """Return when a request that comes now has been served; `per_s` None means at once.

        Raises `LabError` overloaded when too many are waiting.
        """
        if per_s is None:
            return
        now = self._clock.monotonic()
        wait_s = max(0.0, self._free_at - now)
        if wait_s > LONGEST_WAIT_S:
            raise LabError("overloaded", f"the queue here is {wait_s:.1f} s long at {per_s:g} requests/s")
        self._free_at = now + wait_s + 1 / per_s
        await self._clock.sleep(self._free_at - now)
