"""SIGSTOP: the process stands still and does not know it, as in a long garbage collection.

Its connections stay open, and the kernel accepts new ones, so others wait instead of being refused.
"""

from dataclasses import dataclass

from chaos.cluster import Cluster
from chaos.faults.fault import Fault, Mark, Strike
from chaos.faults.on_processes import must_be


@dataclass(frozen=True)
class Pause(Fault):
    """Leaving the block lets the process go on (SIGCONT)."""

    target: str
    needs = frozenset({"pause"})

    async def aim(self, cluster: Cluster) -> Strike:
        """See `Fault`."""
        node = await cluster.resolve(self.target)

        async def bite() -> None:
            await cluster.pause(node)
            await must_be(cluster, node, "paused")

        async def heal() -> None:
            if await cluster.process_state(node) == "paused":
                await cluster.resume(node)
            if await cluster.process_state(node) != "dead":  # shot while it was paused
                await must_be(cluster, node, "running")

        value = {"nodes": [node]}
        start = Mark("pause", value, f"paused: {node}")
        return Strike((node,), start, Mark("resume", value, f"resumed: {node}"), bite, heal)
