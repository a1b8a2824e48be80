"""A full disk is no bug: nobody ends, nobody acts on what it cannot remember, and with room it goes on."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from chaos.cluster import ClusterError, DiskState, Event
from chaos.cluster.shape import Companion, Shape
from chaos.runtimes.simulation import SimulatedCluster
from chaos.workloads.sql import Statement
from services.settings.single_leader import SingleLeaderSettings
from tests.contract.cluster.waiting import soon
from tests.simulation.virtually import simulated

FULL, HEALTHY = DiskState(full=True), DiskState()
SHAPE = Shape(companions=(Companion("index", "indexer"), Companion("cache", "cache")))
INSERT: Statement = ("INSERT INTO items(name, price) VALUES ('tea', 1)", ())
BUGS = ("bug", "crashed", "output")


@asynccontextmanager
async def running() -> AsyncIterator[SimulatedCluster]:
    """A cluster in which nobody met a bug."""
    cluster = SimulatedCluster(7, SHAPE)
    try:
        await cluster.configure(SingleLeaderSettings())
        yield cluster
        assert [event for event in cluster.events() if event.event in BUGS] == []
    finally:
        await cluster.close()


@simulated
async def test_a_controller_appoints_nobody_until_it_can_remember_it() -> None:
    async with running() as cluster:
        await cluster.set_disk("controller", FULL)
        leader = await cluster.resolve("leader")
        before = (await cluster.status("controller"))["epoch"]
        await cluster.kill(leader)
        await asyncio.sleep(5)
        assert await cluster.process_state("controller") == "running"
        others = [node for node in cluster.replicas if node != leader]
        assert [(await cluster.status(node))["role"] for node in others] == ["follower", "follower"]
        said = [event for event in cluster.events() if event.event == "storage-failed"]
        assert len(said) == 1, "once is enough"
        await cluster.set_disk("controller", HEALTHY)

        async def somebody_leads() -> None:
            assert await cluster.resolve("leader") in others

        await soon(somebody_leads)
        assert (await cluster.status("controller"))["epoch"] == before + 1, "what failed took no epoch"


@simulated
async def test_settings_that_find_no_room_are_refused_and_the_old_ones_stay() -> None:
    async with running() as cluster:
        for node in ("controller", "g1", "cache", "index"):
            before = await cluster.status(node)
            await cluster.set_disk(node, FULL)
            with pytest.raises(ClusterError, match="storage-failed"):
                await cluster._orders.configure(node, SingleLeaderSettings(replication="async"))
            await cluster.set_disk(node, HEALTHY)
            assert (await cluster.status(node))["settings"] == before["settings"], node
        await soon(cluster._orders.must_serve)


@simulated
async def test_a_consumer_waits_for_room() -> None:
    async with running() as cluster:
        await cluster.set_disk("index", FULL)
        await cluster.client(1).sql("g1", [INSERT])
        await asyncio.sleep(3)
        assert await cluster.process_state("index") == "running"
        await cluster.set_disk("index", HEALTHY)

        async def it_has_learned() -> None:
            assert (await cluster.contents("index"))["registers"] == {"items/tea": 1}

        await soon(it_has_learned)


@simulated
async def test_a_leader_that_begins_on_a_full_disk_opens_its_epoch_when_there_is_room() -> None:
    """It tried once, and without a write of some client the logs never came to one end."""
    async with running() as cluster:
        old = await cluster.resolve("leader")
        full: list[str] = []

        def fill(event: Event) -> None:
            if event.event == "promoted":
                full.append(event.node)
                cluster._find(event.node).disk.set(FULL)

        cluster._log_book.listen(fill)
        await cluster.kill(old)
        await asyncio.sleep(3)
        (new,) = full
        assert (await cluster.status(new))["position"][0] == 1, "the disk was full too late"
        await cluster.set_disk(new, HEALTHY)
        await cluster.restart(old)

        async def all_are_in_its_epoch() -> None:
            positions = [(await cluster.status(node))["position"] for node in cluster.replicas]
            assert all(position[0] == 2 for position in positions), positions

        await soon(all_are_in_its_epoch)
