"""Datacenters with a leader and followers each: whoever leads next goes on from where the dead one was."""

from typing import Any

import pytest

from chaos.cluster import CUT, HEALTHY, ClusterError, LinkState, links_between
from chaos.runtimes.simulation import SimulatedCluster
from chaos.workloads.client import Caller, ClientError
from services.settings.multi_leader import MultiLeaderSettings
from services.settings.single_leader import SingleLeaderSettings
from tests.contract.cluster.waiting import soon
from tests.simulation.datacenters import (
    DATACENTERS,
    FIRST,
    SECOND,
    THIRD,
    line,
    must_hold,
    put,
    silence,
    successor,
    three,
)
from tests.world.virtually import simulated


@simulated
async def test_each_datacenter_has_one_leader_and_a_follower_sends_clients_there() -> None:
    async with three() as (cluster, client):
        leaders = [await cluster.resolve(name) for name in ("leader", "leader-2", "leader-3")]
        assert [leader in group for leader, group in zip(leaders, (FIRST, SECOND, THIRD), strict=True)] == [
            True
        ] * 3
        assert [(await client.put(gateway, "x", 1)).node for gateway in ("g1", "g2", "g3")] == leaders
        follower = await cluster.resolve("follower-2")
        assert follower in SECOND - {leaders[1]}
        with pytest.raises(ClusterError, match="no datacenter 4"):
            await cluster.resolve("leader-4")


@simulated
async def test_a_follower_takes_over_while_the_other_datacenters_write_and_all_come_to_the_same() -> None:
    async with three() as (cluster, client):
        await client.put("g1", "before", 0)
        leader = await cluster.resolve("leader")
        epoch = (await cluster.status(leader))["epoch"]
        await cluster.kill(leader)
        for number in range(20):
            assert await put(client, f"g{2 + number % 2}", f"x{number}", number) in SECOND | THIRD
        now = await successor(cluster, leader)
        assert (await cluster.status(now))["epoch"] > epoch
        assert await put(client, "g1", "after", 1) in SECOND | THIRD | {now}
        await cluster.restart(leader)
        await soon(cluster.must_have_settled)
        expected = {"before": 0, "after": 1} | {f"x{number}": number for number in range(20)}
        for node in cluster.replicas:
            found = await cluster.contents(node)
            assert (found["registers"], found["siblings"]) == (expected, {}), node


@simulated
async def test_what_the_dead_leader_owed_its_successor_ships() -> None:
    """And it begins where the others are: what they have, and what they lack, is in the log."""
    async with three() as (cluster, client):
        await client.put("g1", "shipped", 0)
        await soon(cluster.must_have_settled)
        leader = await cluster.resolve("leader")

        async def everybody_in_the_datacenter_knows() -> None:
            for node in sorted(FIRST):
                confirmed = (await cluster.status(node))["confirmed"]
                assert confirmed == {"dc2": {"dc1": 1}, "dc3": {"dc1": 1}}, node

        await soon(everybody_in_the_datacenter_knows)
        await line(cluster, CUT)
        for number in range(5):
            await client.put("g1", f"owed{number}", number)
        await cluster.kill(leader)
        now = await successor(cluster, leader)

        async def it_owes_them() -> None:
            assert (await cluster.status(now))["owes"] >= 10, "five changes, two datacenters"

        await soon(it_owes_them)
        await line(cluster, HEALTHY)
        for number in range(5):
            await must_hold_but(cluster, {leader}, f"owed{number}", number)
        await cluster.restart(leader)
        await soon(cluster.must_have_settled)
        assert {(await cluster.status(node))["mark"] for node in cluster.replicas} == {"dc1:6"}


async def must_hold_but(cluster: SimulatedCluster, dead: set[str], key: str, expected: Any) -> None:
    async def look() -> None:
        for node in cluster.replicas:
            if node not in dead:
                assert (await cluster.contents(node))["registers"].get(key) == expected, node

    await soon(look)


@simulated
async def test_what_was_not_acknowledged_is_not_shipped_and_its_numbers_are_free() -> None:
    async with three() as (cluster, client):
        await client.put("g1", "x", "A")
        await soon(cluster.must_have_settled)
        leader = await cluster.resolve("leader")
        await silence(cluster, leader)
        seen = await client.get("g1", "x")
        with pytest.raises(ClientError, match=r"not-acknowledged|timed-out"):
            await client.put("g1", "x", "B", Caller(context=seen.context))
        await cluster.kill(leader)
        now = await successor(cluster, leader)
        assert await put(client, "g1", "y", 1) != leader
        for link in links_between(cluster.links, [leader], sorted(FIRST - {leader})):
            await cluster.set_link(link, HEALTHY)
        await cluster.restart(leader)
        await soon(cluster.must_have_settled)
        await must_hold(cluster, "x", "A")
        assert now != leader
        assert (await cluster.contents(leader))["set_aside"], "what it had for itself is in a file"


@simulated
async def test_everything_is_on_the_disks_when_all_have_been_dead() -> None:
    async with three() as (cluster, client):
        for gateway in ("g1", "g2", "g3"):
            await client.put(gateway, gateway, gateway)
        for node in cluster.replicas:
            await cluster.kill(node)
        for node in cluster.replicas:
            await cluster.restart(node)
        await soon(cluster.must_have_settled)
        for gateway in ("g1", "g2", "g3"):
            await must_hold(cluster, gateway, gateway)
        assert {(await cluster.status(node))["mark"] for node in cluster.replicas} == {"dc1:1,dc2:1,dc3:1"}


@simulated
async def test_what_everybody_has_is_trimmed_and_who_has_nothing_gets_a_copy() -> None:
    async with three(log_retention_entries=3, moves=False) as (cluster, client):
        for number in range(12):
            await client.put(f"g{1 + number % 3}", f"x{number}", number)
        await client.put("g2", "x0", "seen", Caller(context=(await client.get("g2", "x0")).context))
        await client.add("g2", "s", "element")
        await soon(cluster.must_have_settled)

        async def old_ones_are_trimmed() -> None:
            for node in cluster.replicas:
                trimmed = (await cluster.status(node))["trimmed"]
                assert trimmed == {"dc1": 1, "dc2": 3, "dc3": 1}, node

        await soon(old_ones_are_trimmed)
        for node in sorted(SECOND):
            await cluster.kill(node)
        for node in sorted(SECOND):
            await cluster.restart(node, "empty")
        assert await put(client, "g2", "after", 1) in SECOND, "as soon as it has heard what it had"
        await soon(cluster.must_have_settled)
        assert {(await cluster.status(node))["mark"] for node in cluster.replicas} == {"dc1:4,dc2:7,dc3:4"}
        contents = [await cluster.contents(node) for node in cluster.replicas]
        expected = {"x0": "seen", "after": 1} | {f"x{number}": number for number in range(1, 12)}
        assert [each["registers"] for each in contents] == [expected] * 9
        assert [each["sets"] for each in contents] == [{"s": ["element"]}] * 9


@simulated
async def test_who_has_new_disks_asks_all_others_and_not_only_whoever_answers_first() -> None:
    await the_first_answers_at_once_and_has_only(0)


@simulated
async def test_who_gets_a_copy_from_one_that_lags_gets_another_from_who_has_more() -> None:
    await the_first_answers_at_once_and_has_only(2)


async def the_first_answers_at_once_and_has_only(before: int) -> None:
    """Of the seven changes of the second datacenter, which comes back empty; the way to the third is long."""
    async with three(moves=False) as (cluster, client):
        for number in range(before):
            await client.put("g2", f"x{number}", number)
        await soon(cluster.must_have_settled)
        await line(cluster, CUT)
        for number in range(before, 7):
            await client.put("g2", f"x{number}", number)

        async def the_third_has_all() -> None:
            assert {(await cluster.status(node))["mark"] for node in sorted(THIRD)} == {"dc2:7"}

        await soon(the_third_has_all)
        for node in sorted(SECOND):
            await cluster.kill(node)
        for one, state in ((FIRST, HEALTHY), (THIRD, LinkState(latency_s=0.15))):
            for link in links_between(cluster.links, sorted(one), sorted(SECOND)):
                await cluster.set_link(link, state)
        for node in sorted(SECOND):
            await cluster.restart(node, "empty")
        assert await put(client, "g2", "after", 1) in SECOND
        await line(cluster, HEALTHY)
        await soon(cluster.must_have_settled)
        assert {(await cluster.status(node))["mark"] for node in cluster.replicas} == {"dc2:8"}
        for number in range(7):
            await must_hold(cluster, f"x{number}", number)


@simulated
async def test_a_conflict_between_datacenters_is_kept_by_everybody() -> None:
    async with three() as (cluster, client):
        await client.put("g1", "x", "A")
        await must_hold(cluster, "x", "A")
        await line(cluster, CUT)
        for gateway, value in (("g1", "B"), ("g2", "C")):
            seen = await client.get(gateway, "x")
            await client.put(gateway, "x", value, Caller(context=seen.context))
        await line(cluster, HEALTHY)
        await must_hold(cluster, "x", ["B", "C"])
        accounts = [await cluster.status(node) for node in cluster.replicas]
        assert {(each["conflicts"], each["siblings"]) for each in accounts} == {(1, 1)}


@simulated
async def test_a_running_cluster_gets_followers_inside_and_loses_them_again() -> None:
    async with three() as (cluster, client):
        await client.put("g1", "x", 1)
        for settings in (
            MultiLeaderSettings(conflicts="record"),
            MultiLeaderSettings(conflicts="record", inside="async", datacenters=DATACENTERS),
            SingleLeaderSettings(),
            MultiLeaderSettings(conflicts="record", inside="quorum-ack", datacenters=DATACENTERS[::-1]),
        ):
            await cluster.configure(settings)
            assert (await cluster.contents("n1"))["registers"] == {}
            await client.put("g2", "x", 2)
            await soon(cluster.must_have_settled)
            await must_hold(cluster, "x", 2)


def test_settings_say_what_does_not_go_with_followers_inside() -> None:
    with pytest.raises(ValueError, match="documents must be 'none'"):
        MultiLeaderSettings(inside="async", documents="crdt")
    with pytest.raises(ValueError, match="put n3 into one of"):
        MultiLeaderSettings(inside="async", datacenters=(("n1", "n2"),)).check_fit(("n1", "n2", "n3"))
    with pytest.raises(ValueError, match="has none"):
        MultiLeaderSettings(inside="async", datacenters=(("n1",), ("g1",))).check_fit(("n1",))
