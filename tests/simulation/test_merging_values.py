"""Counters, sets, maps and lists at several leaders, and a resolver for some of the keys."""

from typing import Any

import pytest

from chaos.workloads.client import Caller, Client, ClientError
from chaos.workloads.steps import TakesSteps
from services.settings.multi_leader import MultiLeaderSettings
from tests.contract.cluster.waiting import soon
from tests.simulation.test_multi_leader import all_hold, conflict
from tests.simulation.test_transactions_of_leaders import leaders
from tests.world.virtually import simulated


async def step(client: Client, gateway: str, f: str, key: str, value: Any, **more: Any) -> None:
    assert isinstance(client, TakesSteps)
    await client.transact(gateway, [{"f": f, "key": key, "value": value, **more}])


@simulated
async def test_what_a_reader_sees_of_each_kind() -> None:
    async with leaders(conflicts="crdt") as (cluster, client):
        assert isinstance(client, Client)
        await step(client, "g1", "increment", "likes", 2)
        await step(client, "g1", "increment", "likes", -3)
        await client.add("g1", "tags", "chess")
        await step(client, "g1", "add", "tags", "go")
        await step(client, "g1", "remove", "tags", "chess")
        await step(client, "g1", "insert", "comments", "first")
        await step(client, "g1", "insert", "comments", "second", after="first")
        await step(client, "g1", "assign", "card", {"title": "B"})
        await soon(cluster.must_have_settled)
        assert (await client.get("g2", "likes")).value == -1
        assert (await client.members("g2", "tags")).value == ["go"]
        assert (await client.get("g2", "comments")).value == ["first", "second"]
        assert (await client.get("g2", "card")).value == {"title": "B"}
        contents = await cluster.contents("n3")
        assert contents["sets"] == {"tags": ["go"]}
        assert contents["registers"] == {
            "likes": -1,
            "comments": ["first", "second"],
            "card.title": "B",
        }


@simulated
async def test_a_field_keeps_both_values_until_somebody_who_saw_them_assigns_one() -> None:
    async with leaders(conflicts="crdt") as (cluster, client):
        assert isinstance(client, Client)
        await step(client, "g1", "assign", "card", {"title": "B"})
        await step(client, "g1", "assign", "card", {"title": "C"})
        seen = await client.get("g1", "card")
        assert seen.value == {"title": {"siblings": ["B", "C"]}}
        await step(client, "g1", "assign", "card", {"title": "D"}, context=seen.context)
        assert (await client.get("g1", "card")).value == {"title": "D"}
        await soon(cluster.must_have_settled)


@simulated
async def test_other_ways_take_no_such_steps() -> None:
    async with leaders(conflicts="record") as (_, client):
        assert isinstance(client, Client)
        with pytest.raises(ClientError, match="bad-request: increment is for counters"):
            await step(client, "g1", "increment", "likes", 1)


@simulated
async def test_the_longest_beginning_of_a_key_says_what_becomes_of_its_conflicts() -> None:
    ways = {"x": "lww", "xy": "crdt"}
    async with leaders(conflicts="record", conflicts_of=ways) as (cluster, client):
        assert isinstance(client, Client)
        await conflict(cluster, client)
        await all_hold(cluster, "x", "C")  # the later one; `record` would keep both
        await step(client, "g1", "increment", "xy", 1)
        await all_hold(cluster, "xy", 1)
        for value in ("B", "C"):
            await client.put("g1", "title", value, Caller())
        await all_hold(cluster, "title", ["B", "C"])


def test_a_way_that_does_not_converge_for_some_keys_is_known() -> None:
    assert MultiLeaderSettings(conflicts_of={"a": "lww"}).converges
    assert not MultiLeaderSettings(conflicts_of={"a": "arrival-order"}).converges
