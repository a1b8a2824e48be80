"""A full disk is no bug: nobody ends, nobody acts on what it cannot remember, and with room it goes on."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise

import pytest
from msgspec.structs import replace

from chaos.cluster import ClusterError, DiskState, Event
from chaos.cluster.shape import Companion, Shape
from chaos.runtimes.simulation import SimulatedCluster
from chaos.workloads.sql import Statement
from services.messages import Configure, Status
from services.settings import CommonSettings
from services.settings.leaderless import LeaderlessSettings
from services.settings.multi_leader import MultiLeaderSettings
from services.settings.single_leader import SingleLeaderSettings
from tests.contract.cluster.waiting import all_hold, soon
from tests.world.virtually import simulated

SINGLE_LEADER, LEADERLESS = SingleLeaderSettings(), LeaderlessSettings()
MULTI_LEADER, LATE = MultiLeaderSettings(), MultiLeaderSettings(heartbeat_ms=200)
FULL, HEALTHY = DiskState(full=True), DiskState()
SHAPE = Shape(companions=(Companion("index", "indexer"), Companion("cache", "cache")))
INSERT: Statement = ("INSERT INTO items(name, price) VALUES ('tea', 1)", ())
BUGS = ("bug", "crashed", "output")


@asynccontextmanager
async def running(
    shape: Shape = SHAPE, settings: CommonSettings = SINGLE_LEADER
) -> AsyncIterator[SimulatedCluster]:
    """A cluster in which nobody met a bug."""
    cluster = SimulatedCluster(7, shape)
    try:
        await cluster.configure(settings)
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
async def test_a_copy_that_finds_no_room_goes_on_later() -> None:
    """The replica ended, because it could not note which copy it takes."""
    async with running(Shape(), replace(SINGLE_LEADER, log_retention_entries=5)) as cluster:
        leader = await cluster.resolve("leader")
        late = next(node for node in cluster.replicas if node != leader)
        await cluster.kill(late)
        client = cluster.client(3.0)
        for number in range(20):
            await client.put("g1", f"x{number}", number)

        def fill(event: Event) -> None:
            if (event.node, event.event) == (late, "takes-a-copy"):
                cluster._find(late).disk.set(FULL)

        cluster._log_book.listen(fill)
        await asyncio.sleep(1)
        await cluster.restart(late)
        await asyncio.sleep(2)
        assert await cluster.process_state(late) == "running"
        assert [event.node for event in cluster.events() if event.event == "storage-failed"] == [late]
        await cluster.set_disk(late, HEALTHY)
        await all_hold(cluster, {f"x{number}": number for number in range(20)})


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


@simulated
async def test_a_node_whose_disk_refuses_another_family_is_nobody_until_it_is_told_again() -> None:
    """It was the old family with the settings of the next, and met a bug in each order from then on."""
    for before, after in pairwise((SINGLE_LEADER, LEADERLESS, MULTI_LEADER, SINGLE_LEADER)):
        async with running(Shape(), before) as cluster:
            for node in ("n1", "g1", "controller"):
                await cluster.set_disk(node, FULL)
                with pytest.raises(ClusterError, match="storage-failed"):
                    await cluster._orders.configure(node, after)
                account = await cluster.status(node)
                assert (account["role"], account["owes"]) == ("none", 1)
                with pytest.raises(ClusterError, match=f"{node} is nobody, and .* let the order reset it"):
                    await cluster._orders.ask(node, Configure(settings=after), Status)
                await cluster.set_disk(node, HEALTHY)
            await cluster.configure(after)
            assert {(await cluster.status(node))["settings"]["family"] for node in cluster.replicas} == {
                after.family
            }
            await cluster.configure(before)


@simulated
async def test_a_node_that_starts_again_begins_the_family_that_its_disk_refused() -> None:
    async with running(Shape()) as cluster:
        for node in cluster.replicas:
            await cluster._orders.configure(node, LEADERLESS)
        await cluster.set_disk("n1", FULL)
        with pytest.raises(ClusterError, match="storage-failed"):
            await cluster._orders.configure("n1", SINGLE_LEADER)
        await cluster.kill("n1")
        await cluster.set_disk("n1", HEALTHY)
        await cluster.restart("n1")

        async def it_is_somebody() -> None:
            assert (await cluster.status("n1"))["role"] == "follower"

        await soon(it_is_somebody)


@simulated
async def test_a_replica_that_could_not_begin_anew_says_that_it_owes_something() -> None:
    """Closed as it was it looked as if all was well."""
    for settings, others in ((LEADERLESS, LeaderlessSettings(w=3)), (MULTI_LEADER, LATE)):
        async with running(Shape(), settings) as cluster:
            await cluster.set_disk("n1", FULL)
            with pytest.raises(ClusterError, match="storage-failed"):
                await cluster._orders.ask("n1", Configure(settings=others), Status)
            assert (await cluster.status("n1"))["owes"] == 0, "what was refused has changed nothing"
            await cluster.set_disk("n1", HEALTHY)
            await cluster.client(1).put("g1", "x", 1)
            await soon(cluster._orders.must_serve)
            await cluster.set_disk("n1", FULL)
            with pytest.raises(ClusterError, match="storage-failed"):
                await cluster._orders.configure("n1", settings)
            assert (await cluster.status("n1"))["owes"] > 0
            await cluster.set_disk("n1", HEALTHY)
            await cluster.configure(settings)
