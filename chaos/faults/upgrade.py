"""Stop nodes and start them again in a newer version: not a failure, yet it takes most systems down.

Unless it is a minor upgrade, the newer version stores its data in another format, and a starting node
converts its data. One node after the other, this is a rolling upgrade; all at once, downtime.
"""

from dataclasses import dataclass

from chaos.cluster import Cluster, all_of
from chaos.faults.fault import Fault, Mark, Strike
from chaos.faults.on_processes import must_be
from chaos.faults.targets import members


@dataclass(frozen=True)
class Upgrade(Fault):
    """The block lasts while the nodes are stopped; leaving it starts them again, all together."""

    target: str
    new_format: bool = True
    needs = frozenset({"kill", "restart"})

    async def aim(self, cluster: Cluster) -> Strike:
        """See `Fault`."""
        nodes = await members(cluster, self.target)

        async def bite() -> None:
            if self.new_format:
                await all_of(cluster.order("prepare-upgrade", node) for node in nodes)
            await all_of(map(cluster.kill, nodes))
            for node in nodes:
                await must_be(cluster, node, "dead")

        async def heal() -> None:
            dead = [node for node in nodes if await cluster.process_state(node) == "dead"]
            await all_of(map(cluster.restart, dead))

        value = {"nodes": [*nodes], "new_format": self.new_format}
        what = "an upgrade to another storage format" if self.new_format else "a minor upgrade"
        start = Mark("start-upgrade", value, f"stopped for {what}: {', '.join(nodes)}")
        stop = Mark("stop-upgrade", value, f"started again after {what}: {', '.join(nodes)}")
        return Strike(nodes, start, stop, bite, heal)
