"""Several leaders: what a leader knows survives its death, and who was away is given what it lacks."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import pytest

from chaos.cluster import CUT, HEALTHY, ClusterError, LinkState, links_touching
from chaos.runtimes.registry import RUNTIMES
from chaos.runtimes.simulated.client import SimulatedClient
from chaos.runtimes.simulation import SimulatedCluster
from chaos.workloads.client import Caller, Client, ClientError
from services.messages.multi_leader import AskConflicts, InConflict
from services.settings.multi_leader import Conflicts, MultiLeaderSettings
from services.settings.single_leader import SingleLeaderSettings
from tests.contract.cluster.waiting import soon
from tests.world.virtually import simulated


@asynccontextmanager
async def leaders(conflicts: Conflicts, **more: Any) -> AsyncIterator[tuple[SimulatedCluster, Client]]:
    cluster = SimulatedCluster(7)
    try:
        await cluster.configure(MultiLeaderSettings(conflicts=conflicts, **more))
        async with RUNTIMES["sim"].client(cluster) as client:
            yield cluster, client
    finally:
        await cluster.close()


async def island(cluster: SimulatedCluster, node: str, state: LinkState) -> None:
    for link in links_touching(cluster.links, node):
        if {link.source, link.target} <= {*cluster.replicas}:
            await cluster.set_link(link, state)


async def held(cluster: SimulatedCluster, key: str) -> dict[str, Any]:
    """What each leader holds of `key`: a value, or a list of siblings."""
    every = {node: await cluster.contents(node) for node in cluster.replicas}
    return {node: each["siblings"].get(key) or each["registers"].get(key) for node, each in every.items()}


async def all_hold(cluster: SimulatedCluster, key: str, expected: Any) -> None:
    async def look() -> None:
        found = await held(cluster, key)
        if found != dict.fromkeys(cluster.replicas, expected):
            raise ClusterError(f"{key} is {found}, not {expected} everywhere")

    await soon(look)


async def conflict(cluster: SimulatedCluster, client: Client) -> None:
    """x is changed from A to B at n1, and from A to C at n2, while they cannot hear each other."""
    await client.put("g1", "x", "A")
    await all_hold(cluster, "x", "A")
    await island(cluster, "n1", CUT)
    for gateway, value in (("g1", "B"), ("g2", "C")):
        seen = await client.get(gateway, "x")
        await client.put(gateway, "x", value, Caller(context=seen.context))
    assert (await held(cluster, "x"))["n1"] == "B"
    assert (await held(cluster, "x"))["n2"] == "C"
    await island(cluster, "n1", HEALTHY)


@simulated
async def test_lww_keeps_the_later_one_everywhere() -> None:
    async with leaders("lww") as (cluster, client):
        await conflict(cluster, client)
        await all_hold(cluster, "x", "C")


@simulated
async def test_arrival_order_ends_with_each_others_value() -> None:
    async with leaders("arrival-order") as (cluster, client):
        await conflict(cluster, client)
        await soon(cluster.must_have_settled)
        found = await held(cluster, "x")
        assert (found["n1"], found["n2"]) == ("C", "B")


@simulated
async def test_record_keeps_both_until_somebody_who_knows_both_writes() -> None:
    async with leaders("record") as (cluster, client):
        await conflict(cluster, client)
        await all_hold(cluster, "x", ["B", "C"])
        seen = await client.get("g2", "x")
        assert (seen.value, seen.siblings) == (None, ("B", "C"))
        await client.put("g2", "x", "D", Caller(context=seen.context))
        await all_hold(cluster, "x", "D")


@simulated
async def test_a_leader_that_dies_with_changes_nobody_else_has_hands_them_on_when_it_is_back() -> None:
    async with leaders("record") as (cluster, client):
        await island(cluster, "n1", CUT)
        await client.put("g1", "x", "B")
        await cluster.kill("n1")
        await island(cluster, "n1", HEALTHY)
        await cluster.restart("n1")
        await all_hold(cluster, "x", "B")
        await client.put("g1", "y", "C")
        await all_hold(cluster, "y", "C")


@simulated
async def test_who_was_dead_is_given_what_it_lacks_of_everybody() -> None:
    async with leaders("record") as (cluster, client):
        await client.put("g1", "x", 1)
        await all_hold(cluster, "x", 1)
        await cluster.kill("n3")
        for number in range(200):  # more than one message takes
            await client.put("g1" if number % 2 else "g2", f"k{number}", number)
        await cluster.restart("n3")
        await all_hold(cluster, "k199", 199)
        await soon(cluster.must_have_settled)
        account: Mapping[str, Any] = await cluster.status("n3")
        assert account["origins"] == {"n1": 101, "n2": 100}


@simulated
async def test_a_gateway_goes_elsewhere_when_its_home_is_dead_and_comes_back_to_it() -> None:
    async with leaders("record") as (cluster, client):
        assert (await client.put("g1", "x", 1)).node == "n1"
        await cluster.kill("n1")
        with pytest.raises(ClientError, match="connection-lost"):
            await client.put("g1", "z", 1)  # the first to notice does not know whether it happened
        answer = await client.put("g1", "x", 2, Caller(context=(await client.get("g1", "x")).context))
        assert answer.node == "n2"
        await cluster.restart("n1")
        await all_hold(cluster, "x", 2)

        async def is_home_again() -> None:
            if (await client.put("g1", "y", 1)).node != "n1":
                raise ClusterError("g1 still writes elsewhere")

        await soon(is_home_again)


@simulated
async def test_what_a_leader_owes_is_what_the_others_lack() -> None:
    async with leaders("record") as (cluster, client):
        await island(cluster, "n1", CUT)
        await client.put("g1", "x", 1)
        await client.put("g1", "y", 1)
        assert (await cluster.status("n1"))["owes"] == 4, "two changes, two leaders"
        await island(cluster, "n1", HEALTHY)
        await soon(cluster.must_have_settled)
        accounts = [await cluster.status(node) for node in cluster.replicas]
        assert [(each["owes"], each["mark"], each["role"]) for each in accounts] == [
            (0, "n1:2", "leader")
        ] * 3


@simulated
async def test_a_running_cluster_becomes_one_of_several_leaders_and_one_of_one_leader_again() -> None:
    async with leaders("record") as (cluster, client):
        await client.put("g2", "x", 1)
        await cluster.configure(SingleLeaderSettings())
        await client.put("g2", "x", 2)
        await cluster.configure(MultiLeaderSettings())
        assert await held(cluster, "x") == dict.fromkeys(cluster.replicas)
        await client.put("g2", "x", 3)
        await all_hold(cluster, "x", 3)


@simulated
async def test_a_set_takes_the_elements_of_all_leaders() -> None:
    async with leaders("lww") as (cluster, client):
        await island(cluster, "n1", CUT)
        await client.add("g1", "s", "one")
        await client.add("g2", "s", "other")
        await island(cluster, "n1", HEALTHY)
        await soon(cluster.must_have_settled)
        for node in cluster.replicas:
            assert (await cluster.contents(node))["sets"] == {"s": ["one", "other"]}


async def in_conflict(client: Client, gateway: str, key: str) -> InConflict:
    assert isinstance(client, SimulatedClient)
    found = await client.ask(gateway, AskConflicts(key=key))
    assert isinstance(found, InConflict)
    return found


@simulated
async def test_what_is_in_conflict_can_be_asked_for_at_any_gateway() -> None:
    async with leaders("record") as (cluster, client):
        await conflict(cluster, client)
        await all_hold(cluster, "x", ["B", "C"])
        for gateway in ("g1", "g2"):
            found = await in_conflict(client, gateway, "x")
            assert found.winner is not None
            assert (found.shown, found.winner.value) == (["B", "C"], "C")
            assert [(each.value, each.by) for each in found.losers] == [("B", "n1")]
        none = await in_conflict(client, "g1", "y")
        assert (none.shown, none.winner, none.losers) == ([], None, ())


@simulated
async def test_a_handler_that_cannot_be_loaded_stops_nothing() -> None:
    async with leaders("on-write-handler", handler="nowhere.py") as (cluster, client):
        await conflict(cluster, client)
        await all_hold(cluster, "x", ["B", "C"])
        said = [event for event in cluster.events() if event.event == "handler-failed"]
        assert said and "nowhere.py cannot be loaded" in str(said[0].fields["reason"])
