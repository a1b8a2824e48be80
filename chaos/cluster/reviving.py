"""What stands still goes on, what is dead starts again; who was shot as he stood still needs both."""

from collections.abc import AsyncIterator
from typing import Literal, TypeAlias

from chaos.cluster.protocol import Cluster

Step: TypeAlias = Literal["resume", "start"]  # as the history calls it


async def revive(cluster: Cluster, node: str) -> AsyncIterator[Step]:
    """Each step that it took, as soon as it is done; none where `node` runs. Raises `ClusterError`."""
    state = await cluster.process_state(node)
    if state == "paused":
        await cluster.resume(node)
        yield "resume"
        state = await cluster.process_state(node)
    if state == "dead":
        await cluster.restart(node)
        yield "start"
