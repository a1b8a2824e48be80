"""Resumes paused nodes and starts dead ones; a node that was killed while paused needs both."""

from collections.abc import AsyncIterator
from typing import Literal, TypeAlias

from chaos.cluster.protocol import Cluster

Step: TypeAlias = Literal["resume", "start"]  # as the history calls it


async def revive(cluster: Cluster, node: str) -> AsyncIterator[Step]:
    """Yields each step as soon as it is done; none if `node` runs. Raises `ClusterError`."""
    state = await cluster.process_state(node)
    if state == "paused":
        await cluster.resume(node)
        yield "resume"
        state = await cluster.process_state(node)
    if state == "dead":
        await cluster.restart(node)
        yield "start"
