"""What datacenters owe each other: nothing is forgotten, shown or taken for gone too early."""

import asyncio

import pytest

from chaos.cluster import CUT, HEALTHY
from chaos.workloads.client import ClientError
from tests.contract.cluster.waiting import soon
from tests.simulation.datacenters import FIRST, SECOND, line, put, silence, three
from tests.world.virtually import simulated


@simulated
async def test_nothing_is_trimmed_that_another_datacenter_lacks() -> None:
    async with three(log_retention_entries=1, moves=False) as (cluster, client):
        await client.put("g1", "before", 0)
        await soon(cluster.must_have_settled)
        await line(cluster, CUT)
        for number in range(6):
            await client.put("g1", f"x{number}", number)
        await asyncio.sleep(30)  # of virtual time, in which all try to trim many times
        for node in sorted(FIRST):
            assert (await cluster.status(node))["trimmed"].get("dc1", 0) <= 1, "the others have one"
        await line(cluster, HEALTHY)
        await soon(cluster.must_have_settled)
        assert not [each for each in cluster.events() if each.event == "sends-copy"]


@simulated
async def test_who_has_lost_everything_gets_its_own_changes_back_although_nothing_is_trimmed() -> None:
    """No other datacenter ships those to it."""
    async with three(moves=False) as (cluster, client):
        await client.put("g2", "own", 1)
        await soon(cluster.must_have_settled)
        for node in sorted(SECOND):
            await cluster.kill(node)
        for node in sorted(SECOND):
            await cluster.restart(node, "empty")
        await put(client, "g2", "after", 2)
        await soon(cluster.must_have_settled)
        for node in cluster.replicas:
            assert (await cluster.contents(node))["registers"] == {"own": 1, "after": 2}, node


@simulated
async def test_nobody_is_shown_what_is_not_acknowledged() -> None:
    async with three(moves=False) as (cluster, client):
        await client.put("g1", "x", "A")
        await soon(cluster.must_have_settled)
        leader = await cluster.resolve("leader")
        await silence(cluster, leader)
        writing = asyncio.create_task(client.put("g1", "y", "B"))

        async def the_leader_has_it() -> None:
            assert (await cluster.contents(leader))["registers"].get("y") == "B"

        await soon(the_leader_has_it)
        with pytest.raises(ClientError):
            await client.get("g1", "y")
        with pytest.raises(ClientError):
            await writing
