"""A lease by majority: an elected leader leads while a majority of the replicas answers it.

A replica that has answered elects no other for one detection timeout, and a little longer, in case clocks
run at different speeds. The leader counts from the moment it *asked*, which is earlier. So it stops before a
successor can begin, and its reads need no further proof (Raft's leader lease).

A leader that finds it was away (its machine slept, its process was stopped) has no majority either, but it
has not asked for one. It asks at once, and for up to one more timeout it still leads but lets requests wait.
"""

from collections.abc import Callable, Iterable

from services.ports import Env
from services.settings.single_leader import SingleLeaderSettings
from services.single_leader.election.rules import majority
from services.single_leader.lease import Lease

LOOKS_PER_TIMEOUT = 4
MOST_MISSED = 2  # looks; a leader that has missed more was away


def majority_asked_at(asked_at: Iterable[float], now: float) -> float:
    """Since when a majority has been behind the leader, which is part of it.

    `asked_at` has one moment for each follower: when the leader sent what that follower answered last.
    """
    moments = sorted([now, *asked_at], reverse=True)
    return moments[majority(len(moments)) - 1]


class MajorityLease(Lease):
    """See `Lease`. For `asked_at` see `majority_asked_at`."""

    def __init__(
        self,
        env: Env,
        settings: SingleLeaderSettings,
        epoch: int,
        say: Callable[..., None],
        asked_at: Callable[[], Iterable[float]],
        ask_again: Callable[[], None],
        deposed: Callable[[int, str], None],
    ) -> None:
        super().__init__(env, settings, epoch, say)
        self.wanted = True
        self._until = 0.0  # the votes were the first lease
        self._asked_at, self._ask_again, self._deposed = asked_at, ask_again, deposed
        self._timeout_s = settings.detection_timeout_ms / 1000
        self._looked_at = env.lease_clock.now_s()
        self._doubt_ends = env.clock.monotonic()  # until then it may just not have asked

    def heard(self) -> None:
        """A follower has answered, so there may be a majority."""
        self._news.announce()

    async def keep(self) -> None:
        """Return when the majority is gone, after deposing this leader."""
        while (wait_s := max(self._left_s(), self._doubt_s())) > 0:
            await self._env.clock.sleep(min(wait_s, self._timeout_s / LOOKS_PER_TIMEOUT))
        self._deposed(self._epoch, f"no majority has answered for {self._timeout_s:.1f} s")

    async def _renewed(self) -> bool:
        if not self._refused and (doubt_s := self._doubt_s()) > 0:
            await self._news.until(lambda: self.valid or self._refused, doubt_s)
        return self.valid

    def _lasts(self) -> bool:
        return self._left_s() > 0

    def _left_s(self) -> float:
        now = self._env.lease_clock.now_s()
        return majority_asked_at(self._asked_at(), now) + self._timeout_s - now

    def _doubt_s(self) -> float:
        """For how long it may lack a majority merely because it was away and has not asked."""
        now, looked_at = self._env.lease_clock.now_s(), self._looked_at
        self._looked_at = now
        if now - looked_at > MOST_MISSED * self._timeout_s / LOOKS_PER_TIMEOUT:
            self._doubt_ends = self._env.clock.monotonic() + self._timeout_s
            self._say("lease-in-doubt", reason=f"{now - looked_at:.1f} s have passed since the last look")
            self._ask_again()
        return self._doubt_ends - self._env.clock.monotonic()
