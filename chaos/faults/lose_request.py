"""Lose the requests on links: nothing that is asked arrives, and nobody says so."""

from dataclasses import dataclass, replace

from chaos.cluster import Cluster, LinkState
from chaos.faults.fault import Fault, Mark, Strike
from chaos.faults.on_links import silent, strike_links
from chaos.faults.targets import way


@dataclass(frozen=True)
class LoseRequest(Fault):
    """What `source` asks of `target` vanishes before it arrives."""

    source: str
    target: str
    needs = frozenset({"links"})

    async def aim(self, cluster: Cluster) -> Strike:
        """See `Fault`."""
        links = await way(cluster, self.source, self.target, one_way=True)
        value = {"links": [link.name for link in links]}
        what = f"requests from {self.source} to {self.target}"
        start = Mark("start-lose-request", value, f"lost from now on: {what}")
        stop = Mark("stop-lose-request", value, f"arrive again: {what}")
        return await strike_links(cluster, links, _without_requests, silent, start, stop)


def _without_requests(state: LinkState) -> LinkState:
    return replace(state, cut_requests=True)
