"""Devices: they work while they reach nobody, keep what they are told, and sync both ways when they can."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from chaos.cluster import CUT, HEALTHY, ClusterError, DiskState, LinkState, links_touching
from chaos.cluster.shape import Companion, Shape
from chaos.runtimes.registry import RUNTIMES
from chaos.runtimes.simulation import SimulatedCluster
from chaos.workloads.client import Caller, Client, ClientError
from services.settings import AnySettings
from services.settings.multi_leader import MultiLeaderSettings
from services.settings.single_leader import SingleLeaderSettings
from tests.contract.cluster.waiting import soon
from tests.world.virtually import simulated

SHAPE = Shape(2, 2, companions=(Companion("phone", "device"), Companion("laptop", "device")))
EVERYBODY = ("n1", "n2", "phone", "laptop")


@asynccontextmanager
async def beside(
    settings: AnySettings, shape: Shape = SHAPE
) -> AsyncIterator[tuple[SimulatedCluster, Client]]:
    cluster = SimulatedCluster(7, shape=shape)
    try:
        await cluster.configure(settings)
        async with RUNTIMES["sim"].client(cluster) as client:
            yield cluster, client
    finally:
        await cluster.close()


async def cut_off(cluster: SimulatedCluster, node: str, state: LinkState = CUT) -> None:
    for link in links_touching(cluster.links, node):
        await cluster.set_link(link, state)


async def held(cluster: SimulatedCluster, key: str, node: str) -> Any:
    contents = await cluster.contents(node)
    return contents["siblings"].get(key) or contents["registers"].get(key)


async def all_hold(cluster: SimulatedCluster, key: str, expected: Any) -> None:
    async def look() -> None:
        found = {node: await held(cluster, key, node) for node in EVERYBODY}
        if found != dict.fromkeys(EVERYBODY, expected):
            raise ClusterError(f"{key} is {found}, not {expected} everywhere")

    await soon(look)


@simulated
async def test_a_device_works_while_it_reaches_nobody_and_then_both_sides_have_all() -> None:
    async with beside(MultiLeaderSettings()) as (cluster, client):
        await client.put("g1", "x", "A")
        await all_hold(cluster, "x", "A")
        await cut_off(cluster, "phone")
        for door, value in (("phone", "B"), ("g1", "C")):
            seen = await client.get(door, "x")
            assert seen.value == "A"
            answer = await client.put(door, "x", value, Caller(context=seen.context))
            assert (await client.get(door, "x")).value == value
            assert answer.node == {"phone": "phone", "g1": "n1"}[door]
        await cut_off(cluster, "phone", HEALTHY)
        await all_hold(cluster, "x", ["B", "C"])
        seen = await client.get("phone", "x")
        await client.put("phone", "x", "D", Caller(context=seen.context))
        await all_hold(cluster, "x", "D")
        await soon(cluster.must_have_settled)


@simulated
async def test_the_cluster_has_not_settled_while_a_device_lacks_something_or_has_something() -> None:
    async with beside(MultiLeaderSettings()) as (cluster, client):
        await cut_off(cluster, "laptop")
        await client.put("g1", "x", 1)
        with pytest.raises(ClusterError, match=r"n2 \(leader\) owes 1"):
            await soon(cluster.must_have_settled)
        await cut_off(cluster, "laptop", HEALTHY)
        await soon(cluster.must_have_settled)
        await cut_off(cluster, "laptop")
        await client.put("laptop", "y", 1)
        with pytest.raises(ClusterError, match=r"laptop \(device\) owes 1"):
            await cluster.must_have_settled()


@simulated
async def test_what_was_written_on_a_device_survives_its_kill() -> None:
    async with beside(MultiLeaderSettings()) as (cluster, client):
        await cut_off(cluster, "phone")
        for number in range(100):
            await client.put("phone", f"k{number}", number)
        await cluster.kill("phone")
        with pytest.raises(ClientError):
            await client.get("phone", "k0")
        await cluster.restart("phone")
        assert (await client.get("phone", "k99")).value == 99
        await cut_off(cluster, "phone", HEALTHY)
        await all_hold(cluster, "k99", 99)
        await soon(cluster.must_have_settled)
        marks = {(await cluster.status(node))["mark"] for node in EVERYBODY}
        assert marks == {"phone:100"}


@simulated
async def test_a_full_disk_refuses_writes_and_the_device_answers_reads() -> None:
    async with beside(MultiLeaderSettings()) as (cluster, client):
        await client.put("phone", "x", 1)
        await cluster.set_disk("phone", DiskState(full=True))
        with pytest.raises(ClientError, match="storage-failed"):
            for number in range(200):
                await client.put("phone", f"k{number}", "long " * 200)
        assert (await client.get("phone", "x")).value == 1
        await client.put("g1", "x", 2, Caller(context="phone:1"))
        await cluster.set_disk("phone", DiskState())
        await all_hold(cluster, "x", 2)
        told = [event.event for event in cluster.events() if event.node == "phone"]
        assert "storage-failed" in told and "bug" not in told and "crashed" not in told


@simulated
async def test_who_waits_for_every_leader_waits_for_no_device() -> None:
    async with beside(MultiLeaderSettings(detection="sync")) as (cluster, client):
        await cut_off(cluster, "phone")
        assert (await client.put("g1", "x", 1)).node == "n1"
        assert (await client.put("phone", "y", 1)).node == "phone"


@simulated
async def test_devices_are_aimed_at_by_number() -> None:
    async with beside(MultiLeaderSettings()) as (cluster, _):
        assert [await cluster.resolve(name) for name in ("device", "device-2")] == ["phone", "laptop"]
        for name, told in (("device-3", "phone, laptop"), ("leader", "laptop")):
            with pytest.raises(ClusterError, match=told):
                await cluster.resolve(name)


@simulated
async def test_where_only_replicas_take_writes_a_device_stands_by_and_says_so() -> None:
    async with beside(SingleLeaderSettings()) as (cluster, client):
        for request in (client.put("phone", "x", 1), client.get("phone", "x")):
            with pytest.raises(ClientError, match="let the family be multi-leader"):
                await request
        await client.put("g1", "x", 1)
        await soon(cluster.must_have_settled)
        await cluster.configure(MultiLeaderSettings())
        await client.put("phone", "x", 2)
        await all_hold(cluster, "x", 2)


@pytest.mark.parametrize("kind", ["device", "leader"])
def test_what_waits_for_another_leaders_change_does_not_keep_that_one_out(kind: str) -> None:
    """n1 hands on, and its own changes, more than fit into a message, wait for one that it hands on, too."""

    async def story() -> None:
        shape = SHAPE if kind == "device" else Shape(3, 3)
        away = "phone" if kind == "device" else "n3"
        settings = MultiLeaderSettings(delivery="causal", topology="star", batch_entries=4)
        async with beside(settings, shape) as (cluster, client):
            await cut_off(cluster, away)
            await client.put("g2", "question", 1)

            async def is_known_to_n1() -> None:
                if await held(cluster, "question", "n1") != 1:
                    raise ClusterError("n1 has not heard the question")

            await soon(is_known_to_n1)
            for number in range(10):
                await client.put("g1", f"answer{number}", number)
            await cut_off(cluster, away, HEALTHY)
            await soon(cluster.must_have_settled)
            assert await held(cluster, "answer9", away) == 9

    simulated(story)()
