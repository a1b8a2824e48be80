"""Five leaders and the ways of their changes: what a death stops, what goes round it, what never ends."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from chaos.cluster import ClusterError
from chaos.cluster.shape import Shape
from chaos.runtimes.registry import RUNTIMES
from chaos.runtimes.simulation import SimulatedCluster
from chaos.workloads.client import Client
from services.settings.multi_leader import MultiLeaderSettings, TopologyName
from tests.contract.cluster.waiting import soon
from tests.world.virtually import simulated

SHAPE = Shape(replicas=5, gateways=5)


@asynccontextmanager
async def five(
    topology: TopologyName, *, origin_tags: bool = True
) -> AsyncIterator[tuple[SimulatedCluster, Client]]:
    cluster = SimulatedCluster(7, shape=SHAPE)
    try:
        settings = MultiLeaderSettings(conflicts="lww", topology=topology, origin_tags=origin_tags)
        await cluster.configure(settings)
        async with RUNTIMES["sim"].client(cluster) as client:
            yield cluster, client
    finally:
        await cluster.close()


async def who_holds(cluster: SimulatedCluster, key: str, value: Any) -> list[str]:
    living = [node for node in cluster.replicas if await cluster.process_state(node) == "running"]
    every = {node: await cluster.contents(node) for node in living}
    return [node for node, contents in every.items() if contents["registers"].get(key) == value]


async def becomes_known_to(cluster: SimulatedCluster, key: str, value: Any, nodes: list[str]) -> None:
    async def look() -> None:
        if await who_holds(cluster, key, value) != nodes:
            raise ClusterError(f"{key}={value} is not known to {nodes}")

    await soon(look)


@simulated
async def test_changes_stop_in_front_of_the_gap_in_a_ring_and_go_on_when_it_is_closed() -> None:
    async with five("ring") as (cluster, client):
        await client.put("g1", "x", 1)
        await becomes_known_to(cluster, "x", 1, [*cluster.replicas])
        await cluster.kill("n1")
        await client.put("g3", "x", 2)
        await becomes_known_to(cluster, "x", 2, ["n3", "n4", "n5"])
        assert (await cluster.status("n5"))["owes"] > 0
        await cluster.restart("n1")
        await becomes_known_to(cluster, "x", 2, [*cluster.replicas])
        await soon(cluster.must_have_settled)


@simulated
async def test_a_rerouted_ring_closes_without_its_dead_and_takes_them_in_again() -> None:
    async with five("ring-rerouted") as (cluster, client):
        await cluster.kill("n1")
        await cluster.kill("n4")
        await client.put("g3", "x", 2)
        await becomes_known_to(cluster, "x", 2, ["n2", "n3", "n5"])
        await cluster.restart("n1")
        await cluster.restart("n4")
        await becomes_known_to(cluster, "x", 2, [*cluster.replicas])
        await soon(cluster.must_have_settled)


@simulated
async def test_a_change_that_comes_round_is_known_and_counts_once() -> None:
    async with five("ring") as (cluster, client):
        await client.put("g4", "x", 1)
        await becomes_known_to(cluster, "x", 1, [*cluster.replicas])
        await soon(cluster.must_have_settled)
        accounts = [await cluster.status(node) for node in cluster.replicas]
        assert [account["mark"] for account in accounts] == ["n4:1"] * 5


@simulated
async def test_without_origin_tags_one_write_becomes_a_change_of_everybody_again_and_again() -> None:
    async with five("ring", origin_tags=False) as (cluster, client):
        await client.put("g1", "x", 1)

        async def has_stopped() -> None:
            origins = (await cluster.status("n1"))["origins"]
            if origins != {"n1": 1 + 40 // 5, "n5": 40 // 5}:
                raise ClusterError(f"n1 has taken {origins}")

        await soon(has_stopped)
        await soon(cluster.must_have_settled)
