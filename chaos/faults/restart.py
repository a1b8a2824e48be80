"""Kill a node and start it again at once on its old disk: what was only in memory is gone."""

from dataclasses import dataclass, replace

from chaos.cluster import Cluster
from chaos.faults.fault import Fault, Strike
from chaos.faults.kill import Kill
from chaos.faults.on_processes import must_be


@dataclass(frozen=True)
class Restart(Fault):
    """The block begins when the node answers again, so there is little to do in it."""

    target: str
    needs = frozenset({"kill", "restart"})

    async def aim(self, cluster: Cluster) -> Strike:
        """See `Fault`."""
        killed = await Kill(self.target).aim(cluster)

        async def bite() -> None:
            await killed.bite()
            await killed.heal()
            await must_be(cluster, killed.nodes[0], "running")

        return replace(killed, bite=bite)
