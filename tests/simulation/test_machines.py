"""Clocks that are wrong, disks that were exchanged, processes that end by themselves."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import pytest

from chaos.cluster import ClockState, ClusterError, DiskState
from chaos.faults.freeze import Freeze
from chaos.runtimes.simulated import virtual
from chaos.runtimes.simulated.clock import EPOCH_S, MachineClock
from chaos.runtimes.simulated.process import NODES
from chaos.runtimes.simulation import SimulatedCluster
from chaos.workloads.client import ClientError
from services.messages import AskStatus, Message
from services.ports import Env
from services.replica.replica import Replica
from services.roles import Maker
from services.settings import NodeSettings
from services.settings.single_leader import SingleLeaderSettings
from tests.contract.cluster.waiting import all_hold, soon
from tests.world.virtually import simulated

TIMEOUT_S = 3.0


@asynccontextmanager
async def running(
    settings: SingleLeaderSettings | None = None, nodes: Mapping[str, Maker] = NODES
) -> AsyncIterator[SimulatedCluster]:
    cluster = SimulatedCluster(7, nodes=nodes)
    try:
        await cluster.configure(settings or SingleLeaderSettings())
        yield cluster
    finally:
        await cluster.close()


@simulated
async def test_a_clock_drifts_and_jumps_and_never_goes_back() -> None:
    clock = MachineClock(virtual.lab_loop().timeline, uptime_s=500)
    assert (clock.monotonic(), clock.wall()) == (500, EPOCH_S)
    await asyncio.sleep(10)
    clock.set(ClockState(rate=1.1, offset_s=-100))
    assert (clock.monotonic(), clock.wall()) == (510, EPOCH_S - 90)
    await asyncio.sleep(10)
    assert clock.monotonic() == pytest.approx(521)
    assert clock.wall() == pytest.approx(EPOCH_S - 79, abs=1e-6)
    clock.set(ClockState())
    assert clock.monotonic() == pytest.approx(521)
    assert clock.wall() == pytest.approx(EPOCH_S + 20, abs=1e-6), "somebody has set it right"


@simulated
async def test_who_lets_a_frozen_machine_go_on_sets_its_wall_clock_right_also_if_it_drifts() -> None:
    """Else no clock would show the freeze, and a lease would be broken by what it need not survive."""
    clock = MachineClock(virtual.lab_loop().timeline)
    for still in ("frozen", "asleep"):
        clock.set(ClockState(rate=1.05))
        clock.set(ClockState(rate=1.05, still=still))
        await asyncio.sleep(10)
        clock.set(ClockState(rate=1.05))
    assert clock.wall() == pytest.approx(EPOCH_S + 20, abs=1e-6)
    await asyncio.sleep(10)
    assert clock.wall() == pytest.approx(EPOCH_S + 30.5, abs=1e-6)


@simulated
async def test_a_node_that_starts_while_its_machine_stands_still_begins_when_it_goes_on() -> None:
    """Its start was put off by a thousand million times as long as it takes."""
    async with running() as cluster:
        await cluster.kill("n3")
        await cluster.set_clock("n3", ClockState(still="frozen"))
        start = asyncio.ensure_future(cluster.restart("n3"))
        await asyncio.sleep(1)
        assert not start.done()
        await cluster.set_clock("n3", ClockState())
        await asyncio.wait_for(start, TIMEOUT_S)


@simulated
async def test_a_machine_that_stands_still_counts_only_sleep_and_only_by_its_boot_time() -> None:
    clock = MachineClock(virtual.lab_loop().timeline, uptime_s=500)
    clock.set(ClockState(still="asleep"))
    await asyncio.sleep(10)
    clock.set(ClockState())
    await asyncio.sleep(1)
    assert clock.monotonic() == pytest.approx(501)
    assert clock.boottime() == pytest.approx(511)
    assert clock.wall() == pytest.approx(EPOCH_S + 11, abs=1e-6)
    clock.set(ClockState(still="frozen"))
    await asyncio.sleep(10)
    assert clock.wall() == pytest.approx(EPOCH_S + 11, abs=1e-6)
    clock.set(ClockState(offset_s=-10))
    assert clock.monotonic() == pytest.approx(501)
    assert clock.boottime() == pytest.approx(511)
    assert clock.wall() == pytest.approx(EPOCH_S + 11, abs=1e-6)


@simulated
async def test_no_timer_comes_nearer_while_its_machine_stands_still() -> None:
    async with running() as cluster:
        time, loop = asyncio.get_running_loop().time, cluster._machines["g1"].loop
        rang: list[float] = []
        began = time()
        loop.call_later(0.5, lambda: rang.append(time()))
        never = loop.call_later(0.6, rang.clear)
        await asyncio.sleep(0.2)
        async with Freeze("g1").applied(cluster):
            await asyncio.sleep(10)
            never.cancel()
        await asyncio.sleep(0.2)
        assert not rang
        await asyncio.sleep(0.3)
        assert [moment - began for moment in rang] == [pytest.approx(10.5, abs=1e-6)]


@simulated
async def test_no_call_runs_out_of_time_while_its_caller_stands_still() -> None:
    async with running(SingleLeaderSettings(coordination="manual")) as cluster:
        client = cluster.client(TIMEOUT_S)
        async with Freeze("n1").applied(cluster):
            asked = asyncio.ensure_future(client.put("g1", "x", 1))
            await asyncio.sleep(0.2)
            async with Freeze("g1").applied(cluster):
                await asyncio.sleep(2)
        await asked


@simulated
async def test_a_strobe_is_right_and_wrong_in_turns() -> None:
    clock = MachineClock(virtual.lab_loop().timeline)
    clock.set(ClockState(strobe_s=5, period_s=1))
    errors = []
    for _ in range(6):
        await asyncio.sleep(0.5)
        errors.append(round(clock.wall() - clock.monotonic() - EPOCH_S))
        await asyncio.sleep(0.5)
    assert errors == [0, 5, 0, 5, 0, 5]


def test_a_clock_cannot_stand_still() -> None:
    with pytest.raises(ValueError, match="rate"):
        ClockState(rate=0)


@simulated
async def test_timers_go_by_the_machines_own_clock() -> None:
    async with running() as cluster:
        await cluster.set_clock("n1", ClockState(rate=0.5))
        slow = cluster._machines["n1"].loop
        rang = asyncio.Event()
        slow.call_later(1, lambda: asyncio.get_running_loop().call_soon(rang.set))
        began = asyncio.get_running_loop().time()
        await rang.wait()
        assert asyncio.get_running_loop().time() - began == pytest.approx(2)


@simulated
async def test_a_wrong_wall_clock_harms_nobody_who_goes_by_the_other() -> None:
    async with running() as cluster:
        leader = await cluster.resolve("leader")
        for node in (*cluster.replicas, "controller"):
            await cluster.set_clock(node, ClockState(offset_s=-3600, strobe_s=7200))
        await asyncio.sleep(3)
        assert await cluster.resolve("leader") == leader


@simulated
async def test_an_empty_disk_is_filled_again_by_the_leader() -> None:
    async with running() as cluster:
        client = cluster.client(TIMEOUT_S)
        await client.put("g1", "x", 7)
        await cluster.kill("n3")
        await cluster.restart("n3", disk="empty")
        await all_hold(cluster, {"x": 7})


@simulated
async def test_an_old_disk_catches_up() -> None:
    async with running() as cluster:
        client = cluster.client(TIMEOUT_S)
        await client.put("g1", "x", "old")
        await all_hold(cluster, {"x": "old"})
        await cluster.keep_disk("n3")
        await client.put("g1", "x", "new")
        await cluster.kill("n3")
        await cluster.restart("n3", disk="kept")
        await all_hold(cluster, {"x": "new"})


@simulated
async def test_a_leader_with_a_full_disk_says_so() -> None:
    async with running() as cluster:
        leader = await cluster.resolve("leader")
        await cluster.set_disk(leader, DiskState(full=True))
        client = cluster.client(TIMEOUT_S)
        with pytest.raises(ClientError, match="storage-failed") as failure:
            await client.put("g1", "x", 7)
        assert not failure.value.definite
        await cluster.set_disk(leader, DiskState())
        await client.put("g1", "x", 8)
        await all_hold(cluster, {"x": 8})


@simulated
async def test_a_follower_with_a_full_disk_says_so_once_and_has_everything_later() -> None:
    async with running() as cluster:
        client = cluster.client(TIMEOUT_S)
        await client.put("g1", "x", 1)
        await cluster.set_disk("n3", DiskState(full=True))
        await client.put("g1", "x", 2)
        await asyncio.sleep(1)
        happened = [each for each in cluster.events() if each.node == "n3"]
        assert not [each for each in happened if each.event == "bug"]
        (said,) = [each.fields for each in happened if each.event == "storage-failed"]
        assert said["of"] == "Append"
        assert "full" in str(said["reason"])
        await cluster.set_disk("n3", DiskState())
        await client.put("g1", "x", 3)
        await all_hold(cluster, {"x": 3})


@simulated
async def test_who_is_shot_is_dead_though_it_stands_still() -> None:
    async with running(SingleLeaderSettings(stonith=True)) as cluster:
        leader = await cluster.resolve("leader")
        await cluster.pause(leader)

        async def is_dead() -> None:
            assert await cluster.process_state(leader) == "dead"

        await soon(is_dead)
        assert "powered-off" in [event.event for event in cluster.events() if event.node == leader]


class Faulty(Replica):
    """Its own work fails after a while, and so does one answer."""

    def __init__(self, env: Env, settings: NodeSettings) -> None:
        super().__init__(env, settings)
        self._own = env

    async def start(self) -> None:
        await super().start()
        if self._own.node == "n3":
            self._own.tasks.spawn("fail", self._fail())

    async def handle(self, message: Message) -> Message:
        if self._own.node == "n2" and isinstance(message, AskStatus):
            raise KeyError("n2 forgot who it is")
        return await super().handle(message)

    async def _fail(self) -> None:
        await self._own.clock.sleep(5)
        raise ZeroDivisionError("by nobody")


@simulated
async def test_bugs_end_a_process_or_an_answer_and_are_logged() -> None:
    cluster = SimulatedCluster(7, nodes={**NODES, "replica": Faulty})
    for machine in cluster._machines.values():
        machine.start(SingleLeaderSettings())
    await asyncio.sleep(6)
    assert await cluster.process_state("n3") == "dead"
    with pytest.raises(ClusterError, match="internal"):
        await cluster.status("n2")
    told = {(event.node, event.event): event.fields for event in cluster.events()}
    assert "ZeroDivisionError: by nobody" in told["n3", "crashed"]["exception"]
    assert "n2 forgot who it is" in told["n2", "bug"]["exception"]
    await cluster.close()


def test_a_cluster_needs_virtual_time() -> None:
    async def main() -> None:
        SimulatedCluster(1)

    with pytest.raises(RuntimeError, match="virtual time"):
        asyncio.run(main())
