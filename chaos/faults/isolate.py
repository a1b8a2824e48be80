"""Cut one node off from everyone while every process keeps running.

It can no longer ask anybody, and nobody can ask it; only the lab and a power switch still reach it.
"""

from dataclasses import dataclass

from chaos.cluster import Cluster, links_touching
from chaos.faults.cut import cut_links
from chaos.faults.fault import Fault, Strike


@dataclass(frozen=True)
class Isolate(Fault):
    """`target`: a node or a role, resolved when the fault strikes."""

    target: str
    needs = frozenset({"links"})

    async def aim(self, cluster: Cluster) -> Strike:
        """See `Fault`."""
        node = await cluster.resolve(self.target)
        return await cut_links(cluster, links_touching(cluster.links, node), f"{node} from everyone")
