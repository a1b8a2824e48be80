"""Refuse connections on links, like a port that nobody listens on: the caller knows that nothing happened.

The opposite of a black hole: a definite failure instead of doubt.
"""

from dataclasses import dataclass, replace

from chaos.cluster import Cluster, LinkState
from chaos.cluster.links import Link
from chaos.faults.fault import DidNotBite, Fault, Strike
from chaos.faults.one_way import strike_way

PATIENCE_S = 2.0


@dataclass(frozen=True)
class Refuse(Fault):
    """Requests of `source` to `target` are refused; open connections end."""

    source: str
    target: str
    needs = frozenset({"links"})

    async def aim(self, cluster: Cluster) -> Strike:
        """See `Fault`."""
        what = f"connections from {self.source} to {self.target}"
        ends, texts = (self.source, self.target), (f"refused from now on: {what}", f"accepted again: {what}")
        return await strike_way(cluster, "refuse", ends, texts, _closed, _refused)


def _closed(state: LinkState) -> LinkState:
    return replace(state, refused=True)


async def _refused(cluster: Cluster, link: Link) -> None:
    """Proof: a request through it is refused."""
    outcome = await cluster.probe(link, PATIENCE_S)
    if outcome != "refused":
        raise DidNotBite(f"{link.name} was to refuse connections, but a request through it: {outcome}")
