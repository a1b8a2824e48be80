"""SIGKILL: the process ends between two instructions. Its disk stays, and so does what it has sent."""

from dataclasses import dataclass

from chaos.cluster import Cluster
from chaos.faults.fault import Fault, Mark, Strike
from chaos.faults.on_processes import must_be


@dataclass(frozen=True)
class Kill(Fault):
    """Leaving the block starts the node again on its old disk, unless it `stays_dead`."""

    target: str
    stays_dead: bool = False
    needs = frozenset({"kill", "restart"})

    async def aim(self, cluster: Cluster) -> Strike:
        """See `Fault`."""
        node = await cluster.resolve(self.target)

        async def bite() -> None:
            await cluster.kill(node)
            await must_be(cluster, node, "dead")

        async def heal() -> None:
            if not self.stays_dead and await cluster.process_state(node) == "dead":
                await cluster.restart(node)

        value = {"nodes": [node]}
        start = Mark("kill", value, f"killed: {node}")
        stop = Mark("start", value, f"started again: {node}")
        return Strike((node,), start, None if self.stays_dead else stop, bite, heal)
