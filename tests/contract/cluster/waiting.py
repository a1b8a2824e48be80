"""Waiting for a condition, which is an assertion that holds sooner or later."""

import asyncio
from collections.abc import Awaitable, Callable

from chaos.cluster import Cluster, ClusterError, eventually
from chaos.cluster.links import Link

DEADLINE_S = 15.0
POLL_S = 0.05


async def soon(check: Callable[[], Awaitable[None]]) -> None:
    """Return when `check` passes; raise its last failure after the deadline."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + DEADLINE_S
    while True:
        try:
            return await check()
        except (AssertionError, ClusterError):
            if loop.time() > deadline:
                raise
        await asyncio.sleep(POLL_S)


async def leader_of(cluster: Cluster, role: str = "leader") -> str:
    """Who leads. An elected leader answers for itself, and one that must wait for a processor is silent."""
    return await eventually(lambda: cluster.resolve(role), DEADLINE_S)


def link(cluster: Cluster, name: str) -> Link:
    return next(link for link in cluster.links if link.name == name)


async def all_hold(cluster: Cluster, registers: dict[str, object]) -> None:
    """Wait until every replica holds exactly these registers."""

    async def check() -> None:
        for node in cluster.replicas:
            assert (await cluster.contents(node))["registers"] == registers, node

    await soon(check)
