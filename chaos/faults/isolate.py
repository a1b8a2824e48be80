"""Cut one node off from everyone while every process keeps running.

It can no longer ask any node, and no node can ask it. Only the lab still reaches it, and its power switch can
still end it.
"""

from dataclasses import dataclass

from chaos.cluster import Cluster, links_touching
from chaos.faults.cut import cut_links
from chaos.faults.fault import Fault, Strike
from chaos.faults.targets import members


@dataclass(frozen=True)
class Isolate(Fault):
    """`target`: a node or a role, resolved when the fault strikes; `leader-oob` is its power switch."""

    target: str
    needs = frozenset({"links"})

    async def aim(self, cluster: Cluster) -> Strike:
        """See `Fault`."""
        nodes = await members(cluster, self.target)
        links = dict.fromkeys(link for node in nodes for link in links_touching(cluster.links, node))
        who = " ".join(nodes)
        return await cut_links(cluster, tuple(links), f"cut: {who} from everyone", f"healed: {who}")
