"""A client that coordinates for itself, over links of its own; and tombstones that datacenters share."""

import asyncio

import pytest

from chaos.cluster import CUT, HEALTHY, LinkState, links_between
from chaos.cluster.shape import Companion, Shape
from chaos.runtimes.simulation import SimulatedCluster
from chaos.workloads.client import ClientError
from services.settings.leaderless import LeaderlessSettings
from tests.contract.cluster.waiting import soon
from tests.world.virtually import simulated

CLIENT = "shop"
EAST, WEST = ("n1", "n2", "g1"), ("n3", "n4", "g2")


async def set_link(cluster: SimulatedCluster, home: str, state: LinkState) -> None:
    for link in links_between(cluster.links, (CLIENT,), (home,)):
        await cluster.set_link(link, state)


@simulated
async def test_a_client_with_links_of_its_own_needs_a_quorum_and_no_gateway() -> None:
    cluster = SimulatedCluster(7, Shape(companions=(Companion(CLIENT, "device"),)))
    try:
        await cluster.configure(LeaderlessSettings())
        client = cluster.client(2)
        await client.put("g1", "x", 1)
        for gateway in cluster.gateways:
            await cluster.kill(gateway)
        await set_link(cluster, "n1", CUT)
        assert (await client.get(CLIENT, "x")).value == 1
        written = await client.put(CLIENT, "x", 2)
        assert (written.by, written.node in ("n2", "n3")) == (CLIENT, True)
        await set_link(cluster, "n2", CUT)
        with pytest.raises(ClientError, match=r"^no-quorum: 1 of the 3 homes of 'x' answered, and 2 must"):
            await client.get(CLIENT, "x")
        with pytest.raises(ClientError, match=r"^too-few-answers: .* may have happened") as doubt:
            await client.put(CLIENT, "x", 3)
        assert not doubt.value.definite
        for home in ("n1", "n2"):
            await set_link(cluster, home, HEALTHY)
        for gateway in cluster.gateways:
            await cluster.restart(gateway)
        await soon(cluster.must_have_settled)
        assert (await client.get("g2", "x")).value in (2, 3)
        assert cluster.with_data == cluster.replicas, "it keeps nothing"
        assert (await cluster.status(CLIENT))["role"] == "device"
    finally:
        await cluster.close()


@simulated
async def test_a_tombstone_stays_until_the_homes_of_every_datacenter_have_it() -> None:
    """The first home asked those of its own datacenter alone, so the other brought the item back."""
    cluster = SimulatedCluster(7, Shape(replicas=4))
    settings = LeaderlessSettings(
        n=4,
        w=1,
        r=1,
        quorum="local",
        datacenters=(EAST, WEST),
        anti_entropy=True,
        tombstones="after-repair",
        tombstone_grace_ms=1000,
    )
    try:
        await cluster.configure(settings)
        client = cluster.client(2)
        keys = [f"k{number}" for number in range(8)]  # with first homes in both datacenters
        for key in keys:
            await client.put("g1", key, 1)
        await soon(cluster.must_have_settled)
        for home in ("n3", "n4"):
            await cluster.kill(home)
        for key in keys:
            await client.delete("g1", key)
        await asyncio.sleep(5)
        for home in ("n3", "n4"):
            await cluster.restart(home)
        await soon(cluster.must_have_settled)
        assert [key for key in keys if (await client.get("g2", key)).value is not None] == []
    finally:
        await cluster.close()
