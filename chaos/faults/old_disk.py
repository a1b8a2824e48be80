"""A node gets an older copy of its disk: somebody restored a backup and told nobody.

The node has forgotten what it confirmed since the copy was made, while all others rely on it.
"""

from dataclasses import dataclass
from typing import cast

from chaos.cluster import Cluster
from chaos.cluster.protocol import Machines
from chaos.faults.fault import DidNotBite, Fault, Mark, Strike
from chaos.faults.on_processes import must_be


@dataclass(frozen=True)
class OldDisk(Fault):
    """Entering the block makes the copy; leaving it kills the node and starts it again on the copy."""

    target: str
    needs = frozenset({"kill", "restart", "disks"})

    async def aim(self, cluster: Cluster) -> Strike:
        """See `Fault`."""
        node = await cluster.resolve(self.target)
        machines = cast(Machines, cluster)

        async def heal() -> None:
            held = await _held(cluster, node)
            await cluster.kill(node)
            await must_be(cluster, node, "dead")
            await machines.restart(node, "kept")
            if await _held(cluster, node) == held:
                raise DidNotBite(f"the old disk of {node} holds all that its last one held")

        value = {"nodes": [node]}
        start = Mark("copy-disk", value, f"a copy is made of the disk of {node}")
        stop = Mark("restart-on-old-disk", value, f"{node} starts again on the copy of its disk")
        return Strike((node,), start, stop, lambda: machines.keep_disk(node), heal)


async def _held(cluster: Cluster, node: str) -> object:
    contents = await cluster.contents(node)
    return contents.get("mark") or contents["position"]
