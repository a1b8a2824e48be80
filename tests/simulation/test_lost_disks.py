"""A leader without followers whose disk is lost, or who was away until its changes were trimmed."""

import asyncio
from typing import Any

import pytest

from chaos.cluster import CUT, HEALTHY, ClusterError, LinkState
from chaos.cluster.shape import Companion, Shape
from chaos.runtimes.simulation import SimulatedCluster
from chaos.workloads.client import Caller, Client, ClientError
from services.settings.multi_leader import Conflicts, Documents, MultiLeaderSettings
from tests.contract.cluster.waiting import link, soon
from tests.simulation.test_devices import beside, cut_off
from tests.simulation.test_documents import all_show, editing, word
from tests.simulation.test_multi_leader import island, leaders
from tests.world.virtually import simulated

MANY = 20


async def with_a_new_disk(cluster: SimulatedCluster, node: str) -> None:
    await cluster.kill(node)
    await cluster.restart(node, "empty")


async def put_soon(client: Client, gateway: str, key: str, value: Any) -> None:
    """As soon as its leader takes it; what is refused was not done."""

    async def put() -> None:
        try:
            await client.put(gateway, key, value)
        except ClientError as error:
            assert error.definite, error
            raise ClusterError(str(error)) from error

    await soon(put)


async def must_all_hold(cluster: SimulatedCluster, expected: dict[str, Any]) -> None:
    await soon(cluster.must_have_settled)
    for node in (*cluster.replicas, *cluster.devices):
        assert (await cluster.contents(node))["registers"] == expected, node


def events(cluster: SimulatedCluster, name: str) -> list[str]:
    return [each.node for each in cluster.events() if each.event == name]


@simulated
async def test_what_a_leader_with_a_new_disk_acknowledges_is_not_taken_for_old() -> None:
    """Its changes would have the numbers of those that the others have had from it."""
    async with leaders("record") as (cluster, client):
        for number in range(3):
            await client.put("g2", f"before-{number}", number)
        await soon(cluster.must_have_settled)
        await with_a_new_disk(cluster, "n2")
        await put_soon(client, "g2", "after", "A")
        await must_all_hold(cluster, {"before-0": 0, "before-1": 1, "before-2": 2, "after": "A"})


@simulated
async def test_it_asks_until_it_has_what_the_one_has_who_has_most() -> None:
    """The copy of the other one lacks a change that is on this leader's lost disk and nowhere else."""
    async with leaders("record") as (cluster, client):
        await client.put("g2", "both", 1)
        await soon(cluster.must_have_settled)
        await island(cluster, "n1", CUT)
        await client.put("g2", "n3-alone", 2)
        await asyncio.sleep(1)
        await cluster.pause("n3")
        await island(cluster, "n1", HEALTHY)
        await with_a_new_disk(cluster, "n2")
        await asyncio.sleep(0.3)
        with pytest.raises(ClientError, match="may have a new disk"):
            await client.put("g2", "after", "A")
        await cluster.resume("n3")
        await put_soon(client, "g2", "after", "A")
        await must_all_hold(cluster, {"both": 1, "n3-alone": 2, "after": "A"})


@simulated
async def test_a_leader_that_was_told_of_more_does_not_wait_for_somebody_who_died() -> None:
    async with leaders("record", moves=False) as (cluster, client):
        await client.put("g2", "both", 1)
        await soon(cluster.must_have_settled)
        await cluster.set_link(link(cluster, "n2-n1"), CUT)
        await client.put("g2", "n3-alone", 2)
        await asyncio.sleep(0.5)
        for name in ("n3-n2", "n3-n1"):
            await cluster.set_link(link(cluster, name), CUT)
        await with_a_new_disk(cluster, "n2")
        await asyncio.sleep(1)
        await cluster.kill("n3")
        await cluster.set_link(link(cluster, "n2-n1"), HEALTHY)
        await put_soon(client, "g2", "after", "A")


@simulated
async def test_no_version_has_a_number_that_somebody_has_seen_of_the_lost_disk() -> None:
    """Who read at n2 and wrote at n1 has seen a version of n2 that is nowhere any more."""
    async with leaders("record") as (cluster, client):
        await client.put("g2", "x", "old")
        await soon(cluster.must_have_settled)
        await island(cluster, "n2", CUT)
        for gateway, value in (("g2", "B"), ("g1", "C")):
            seen = await client.get("g2", "x")
            await client.put(gateway, "x", value, Caller(context=seen.context))
        await with_a_new_disk(cluster, "n2")
        await island(cluster, "n2", HEALTHY)
        await soon(cluster.must_have_settled)
        await put_soon(client, "g2", "x", "D")
        await soon(cluster.must_have_settled)
        for node in cluster.replicas:
            assert (await cluster.contents(node))["siblings"] == {"x": ["C", "D"]}, node


@simulated
async def test_what_only_the_home_of_a_device_hands_on_is_not_left_on_one_leader() -> None:
    shape = Shape(3, 3, companions=(Companion("phone", "device"),))
    async with beside(MultiLeaderSettings(), shape) as (cluster, client):
        await client.put("phone", "early", 1)
        await soon(cluster.must_have_settled)
        await cluster.set_link(link(cluster, "n1-n3"), CUT)
        await client.put("phone", "late", 2)
        await asyncio.sleep(1)
        await cut_off(cluster, "phone")
        await cluster.set_link(link(cluster, "n2-n1"), LinkState(latency_s=0.3))  # n3 gives its copy first
        await with_a_new_disk(cluster, "n1")
        await asyncio.sleep(2)
        for name in ("n1-n3", "n2-n1"):
            await cluster.set_link(link(cluster, name), HEALTHY)

        async def all_have_it() -> None:
            for node in cluster.replicas:
                assert (await cluster.contents(node))["registers"] == {"early": 1, "late": 2}, node

        await soon(all_have_it)


@simulated
async def test_who_was_away_until_its_changes_were_trimmed_gets_a_copy() -> None:
    async with leaders("record", log_retention_entries=2) as (cluster, client):
        for number in range(MANY):
            await client.put("g1", f"early-{number}", number)
        await soon(cluster.must_have_settled)

        async def trimmed() -> None:
            assert (await cluster.status("n1"))["trimmed"] == {"n1": MANY - 2}

        await soon(trimmed)
        assert not events(cluster, "sends-copy")
        await with_a_new_disk(cluster, "n3")
        await must_all_hold(cluster, {f"early-{number}": number for number in range(MANY)})
        assert "n1" in events(cluster, "sends-copy")
        assert "n3" in events(cluster, "took-copy")


@simulated
async def test_nothing_is_trimmed_that_a_leader_or_a_device_lacks() -> None:
    async with beside(MultiLeaderSettings(log_retention_entries=1)) as (cluster, client):
        await client.put("g1", "before", 0)
        await soon(cluster.must_have_settled)
        await cut_off(cluster, "phone")
        for number in range(5):
            await client.put("g1", f"x-{number}", number)
        await asyncio.sleep(30)  # of virtual time, in which all try to trim many times
        assert (await cluster.status("n1"))["trimmed"].get("n1", 0) <= 1, "the phone has one"
        assert (await cluster.status("phone"))["trimmed"].get("n1", 0) <= 1


@simulated
@pytest.mark.parametrize(
    "conflicts", ["lww", "record", "merge", "crdt", "three-way-merge", "replica-priority"]
)
async def test_what_was_replaced_or_removed_does_not_come_back_with_a_copy(conflicts: Conflicts) -> None:
    async with leaders(conflicts, log_retention_entries=1) as (cluster, client):
        await client.put("g1", "gone", 1)
        await client.delete("g1", "gone")
        for value in ("A", "B", "C"):
            seen = await client.get("g2", "x")
            await client.put("g2", "x", value, Caller(context=seen.context))
        await client.add("g2", "s", "one")
        await soon(cluster.must_have_settled)
        before = await cluster.contents("n1")
        await with_a_new_disk(cluster, "n2")
        await soon(cluster.must_have_settled)
        for node in cluster.replicas:
            after = await cluster.contents(node)
            assert [after[part] for part in ("registers", "siblings", "sets")] == [
                before[part] for part in ("registers", "siblings", "sets")
            ], node


@simulated
async def test_a_device_with_a_new_disk_gets_everything_and_types_on() -> None:
    async with beside(MultiLeaderSettings(log_retention_entries=1)) as (cluster, client):
        for number in range(3):
            await client.put("phone", f"phone-{number}", number)
            await client.put("g1", f"g1-{number}", number)
        await soon(cluster.must_have_settled)
        await with_a_new_disk(cluster, "phone")
        await put_soon(client, "phone", "after", "A")
        own = {f"{door}-{number}": number for door in ("phone", "g1") for number in range(3)}
        await must_all_hold(cluster, {**own, "after": "A"})


@simulated
@pytest.mark.parametrize("documents", ["operational-transformation", "crdt", "lock"])
@pytest.mark.parametrize("lost", ["ann", "n1", "n2"])
async def test_a_new_disk_loses_no_keystroke_that_comes_after_it(documents: Documents, lost: str) -> None:
    async with editing(documents, log_retention_entries=1, lock_ms=100) as (cluster, client):
        await word(client, "ann", "ab")
        await all_show(cluster, ["ab"])
        await with_a_new_disk(cluster, lost)
        await type_soon(client, "ann", "c")
        await type_soon(client, "ann", "d")
        await all_show(cluster, ["abcd"])


async def type_soon(client: Client, who: str, character: str) -> None:
    async def type_it() -> None:
        try:
            await client.add(who, "t", {"insert": character})
        except ClientError as error:
            assert error.definite, error
            raise ClusterError(str(error)) from error

    await soon(type_it)


@simulated
async def test_a_device_that_was_typed_on_is_typed_on_at_once_when_it_starts_again_offline() -> None:
    async with editing("operational-transformation") as (cluster, client):
        await word(client, "ann", "ab")
        await all_show(cluster, ["ab"])
        await cut_off(cluster, "ann")
        await cluster.kill("ann")
        await cluster.restart("ann")
        await word(client, "ann", "c")
        await cut_off(cluster, "ann", HEALTHY)
        await all_show(cluster, ["abc"])
