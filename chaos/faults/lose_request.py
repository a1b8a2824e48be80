"""Lose the requests on links: no request arrives, and the caller is not told."""

from dataclasses import dataclass, replace

from chaos.cluster import Cluster, LinkState
from chaos.faults.fault import Fault, Strike
from chaos.faults.on_links import silent
from chaos.faults.one_way import strike_way


@dataclass(frozen=True)
class LoseRequest(Fault):
    """Requests of `source` to `target` vanish before they arrive."""

    source: str
    target: str
    needs = frozenset({"links"})

    async def aim(self, cluster: Cluster) -> Strike:
        """See `Fault`."""
        what = f"requests from {self.source} to {self.target}"
        ends, texts = (self.source, self.target), (f"lost from now on: {what}", f"arrive again: {what}")
        return await strike_way(cluster, "lose-request", ends, texts, _without_requests, silent)


def _without_requests(state: LinkState) -> LinkState:
    return replace(state, cut_requests=True)
