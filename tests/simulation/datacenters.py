"""Three datacenters with a leader and two followers each, and what a test does to them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from chaos.cluster import CUT, ClusterError, LinkState, links_between
from chaos.cluster.shape import Shape
from chaos.runtimes.registry import RUNTIMES
from chaos.runtimes.simulation import SimulatedCluster
from chaos.workloads.client import Client, ClientError
from services.settings.multi_leader import MultiLeaderSettings
from tests.contract.cluster.waiting import soon

DATACENTERS = tuple((f"n{3 * k + 1}", f"n{3 * k + 2}", f"n{3 * k + 3}", f"g{k + 1}") for k in range(3))
FIRST, SECOND, THIRD = (set(datacenter[:3]) for datacenter in DATACENTERS)


@asynccontextmanager
async def three(**more: Any) -> AsyncIterator[tuple[SimulatedCluster, Client]]:
    cluster = SimulatedCluster(7, Shape(replicas=9, gateways=3))
    settings: dict[str, Any] = {"conflicts": "record", "inside": "quorum-ack", "datacenters": DATACENTERS}
    try:
        await cluster.configure(MultiLeaderSettings(**settings | more))
        async with RUNTIMES["sim"].client(cluster) as client:
            yield cluster, client
    finally:
        await cluster.close()


async def line(cluster: SimulatedCluster, state: LinkState) -> None:
    """The line between the first datacenter and the others."""
    for link in links_between(cluster.links, sorted(FIRST), sorted(SECOND | THIRD)):
        await cluster.set_link(link, state)


async def silence(cluster: SimulatedCluster, leader: str) -> None:
    """Nothing that the first datacenter's leader asks its followers arrives."""
    for link in links_between(cluster.links, [leader], sorted(FIRST - {leader})):
        if link.source == leader:
            await cluster.set_link(link, CUT)


async def must_hold(cluster: SimulatedCluster, key: str, expected: Any) -> None:
    async def look() -> None:
        for node in cluster.replicas:
            found = await cluster.contents(node)
            assert (found["siblings"].get(key) or found["registers"].get(key)) == expected, node

    await soon(look)


async def successor(cluster: SimulatedCluster, dead: str) -> str:
    async def look() -> str:
        leader = await cluster.resolve("leader")
        if leader == dead:
            raise ClusterError(f"{dead} still leads")
        return leader

    await soon(lambda: _nothing(look()))
    return await look()


async def _nothing(look: Any) -> None:
    await look


async def put(client: Client, gateway: str, key: str, value: int) -> str:
    """Who has taken it in the end; a key has one writer and one value, so it may be said again."""
    for _ in range(4000):
        try:
            return (await client.put(gateway, key, value)).node
        except ClientError:
            await asyncio.sleep(0.002)
    raise AssertionError(f"nobody takes {key}")
