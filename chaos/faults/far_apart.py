"""Datacenters far from each other: a round trip between two of them takes longer than one inside.

Nothing is broken here. It is the speed of light, and the reason why a copy near its readers lags.
"""

from dataclasses import dataclass
from itertools import combinations

from chaos.cluster import Cluster, links_between
from chaos.faults.fault import Fault, Strike
from chaos.faults.slow import slow_links
from chaos.faults.targets import sides


@dataclass(frozen=True)
class FarApart(Fault):
    """`datacenters`: two or more groups, see `targets`; a node that is in none is near all of them."""

    datacenters: tuple[tuple[str, ...], ...]
    latency_s: float = 0.2
    needs = frozenset({"links"})

    async def aim(self, cluster: Cluster) -> Strike:
        """See `Fault`."""
        resolved = await sides(cluster, self.datacenters)
        links = [link for a, b in combinations(resolved, 2) for link in links_between(cluster.links, a, b)]
        what = " | ".join(" ".join(side) for side in resolved)
        return await slow_links(cluster, links, self.latency_s, jitter_s=0.0, what=what)
