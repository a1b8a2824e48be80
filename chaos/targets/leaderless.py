"""A cluster without a leader, to the lab: no roles and no one to promote, but homes of keys to aim at.

`home-1-of:x` is the first home of the key x on the ring, `home-2-of:x` the second.
"""

import re
from collections.abc import Sequence
from itertools import combinations

from chaos.cluster import ClusterError
from chaos.targets.target import Target
from services.groups.ring import ring_of
from services.messages import Status
from services.messages.detail import detail_of
from services.messages.leaderless import HomeStatus
from services.settings.leaderless import LeaderlessSettings

HOME = re.compile("home-([1-9])-of:(.+)")


class Leaderless(Target):
    """See `Target`."""

    async def aim(self, target: str, known: str) -> str:
        """See `Target`."""
        found, settings = HOME.fullmatch(target), self.crew.settings
        if found is None or not isinstance(settings, LeaderlessSettings):
            raise ClusterError(f"nobody is called {target!r}; there are {known}, home-1-of:KEY")
        homes = ring_of(self.crew.replicas).preference(found[2], settings.n)
        if int(found[1]) > len(homes):
            raise ClusterError(f"{found[2]!r} has {len(homes)} homes, and {target!r} would be another one")
        return homes[int(found[1]) - 1]

    def must_agree(self, accounts: Sequence[Status]) -> None:
        """See `Target`: any two homes agree about the keys that they share."""
        if self.crew.settings.all_alike(self.crew.replicas):
            super().must_agree(accounts)
            return
        shared = {each.node: detail_of(each.detail, HomeStatus).shared for each in accounts}
        for one, other in combinations(shared, 2):
            if shared[one].get(other) != shared[other].get(one):
                raise ClusterError(f"{one} and {other} do not hold the same under the keys that they share")

    def has_begun(self, account: Status) -> bool:
        """See `Target`: it holds something."""
        return detail_of(account.detail, HomeStatus).keys > 0


TARGET = Leaderless
