"""A lease by majority: an elected leader leads while a majority of the replicas answers it.

Whoever answered will elect nobody else for one detection timeout from then on, and a little longer, in case
that clocks run differently fast. The leader counts from the moment it *asked*, which was earlier. So it has
stopped before a successor can begin, and its reads need no further proof (Raft's leader lease).
"""

from collections.abc import Callable, Iterable

from services.config import ClusterSettings
from services.ports import Env
from services.replica.strategies.election import majority
from services.replica.strategies.lease import Lease


def majority_asked_at(asked_at: Iterable[float], now: float) -> float:
    """Since when a majority has been behind the leader, who is one of it.

    `asked_at` has one moment for each follower: when it was asked what it has answered last.
    """
    moments = sorted([now, *asked_at], reverse=True)
    return moments[majority(len(moments)) - 1]


class MajorityLease(Lease):
    """See `Lease`. `asked_at` tells when each follower was asked what it has answered last."""

    def __init__(
        self,
        env: Env,
        settings: ClusterSettings,
        epoch: int,
        say: Callable[..., None],
        asked_at: Callable[[], Iterable[float]],
        deposed: Callable[[int, str], None],
    ) -> None:
        super().__init__(env, settings, epoch, say)
        self.wanted = True
        self._asked_at, self._deposed = asked_at, deposed
        self._timeout_s = settings.detection_timeout_ms / 1000

    @property
    def valid(self) -> bool:
        """True while the leader may accept requests."""
        return self._left_s() > 0

    async def keep(self) -> None:
        """Return when the majority is gone, after saying so: then this replica leads no more."""
        while (left_s := self._left_s()) > 0:
            await self._env.clock.sleep(left_s)
        self._deposed(self._epoch, f"no majority has answered for {self._timeout_s:.1f} s")

    def _left_s(self) -> float:
        now = self._env.clock.monotonic()
        return majority_asked_at(self._asked_at(), now) + self._timeout_s - now
