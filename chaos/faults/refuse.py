"""Refuse connections on links, like a port that nobody listens on: whoever asks knows that nothing happened.

The opposite of a black hole, and the difference between a definite failure and a doubt.
"""

from dataclasses import dataclass, replace

from chaos.cluster import Cluster, LinkState
from chaos.cluster.links import Link
from chaos.faults.fault import DidNotBite, Fault, Mark, Strike
from chaos.faults.on_links import strike_links
from chaos.faults.targets import way

PATIENCE_S = 2.0


@dataclass(frozen=True)
class Refuse(Fault):
    """What `source` asks of `target` is refused; connections that are open end."""

    source: str
    target: str
    needs = frozenset({"links"})

    async def aim(self, cluster: Cluster) -> Strike:
        """See `Fault`."""
        links = await way(cluster, self.source, self.target, one_way=True)
        value = {"links": [link.name for link in links]}
        what = f"connections from {self.source} to {self.target}"
        start = Mark("start-refuse", value, f"refused from now on: {what}")
        stop = Mark("stop-refuse", value, f"accepted again: {what}")
        return await strike_links(cluster, links, _closed, _refused, start, stop)


def _closed(state: LinkState) -> LinkState:
    return replace(state, refused=True)


async def _refused(cluster: Cluster, link: Link) -> None:
    """Proof: a request through it is refused."""
    outcome = await cluster.probe(link, PATIENCE_S)
    if outcome != "refused":
        raise DidNotBite(f"{link.name} was to refuse connections, but a request through it: {outcome}")
