"""Cut the links between two nodes (or groups), both ways or one way, while every process keeps running.

A black hole, not a closed port: a refused connection tells the caller that nothing happened, a black hole
leaves it guessing. One way: requests of `source` to `target` vanish, but `target` can still ask.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from chaos.cluster import Cluster, LinkState
from chaos.cluster.links import Link
from chaos.faults.fault import Fault, Mark, Strike
from chaos.faults.on_links import silent, strike_links
from chaos.faults.targets import way


@dataclass(frozen=True)
class Cut(Fault):
    """`source` and `target`: a node, a role, or a group (see `targets`)."""

    source: str
    target: str
    one_way: bool = False
    needs = frozenset({"links"})

    async def aim(self, cluster: Cluster) -> Strike:
        """See `Fault`."""
        links = await way(cluster, self.source, self.target, self.one_way)
        way_of = "from {} to {}" if self.one_way else "between {} and {}"
        what = f"links {way_of.format(self.source, self.target)}"
        return await cut_links(cluster, links, f"cut: {what}", f"healed: {what}")


async def cut_links(cluster: Cluster, links: Sequence[Link], begin: str, end: str) -> Strike:
    """A strike that turns `links` into black holes; `begin` and `end` are its texts for people."""
    grudge: dict[str, list[str]] = {}
    for link in links:
        grudge.setdefault(link.address_key, []).append(link.source)
    start = Mark("start-partition", {"grudge": grudge}, begin)
    stop = Mark("stop-partition", {"grudge": grudge}, end)
    return await strike_links(cluster, links, _cut, silent, start, stop)


def _cut(state: LinkState) -> LinkState:
    return replace(state, cut_requests=True, cut_replies=True)
