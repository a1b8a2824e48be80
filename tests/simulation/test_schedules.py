"""Schedules are data: drawn from a seed, written down and read again, and performed to the letter."""

import asyncio
from random import Random

import msgspec
import pytest

from chaos.cluster import (
    CUT,
    HEALTHY,
    ClockState,
    ClusterError,
    DiskState,
    LinkState,
    ProcessState,
    links_touching,
)
from chaos.cluster.links import Link
from chaos.cluster.shape import DEFAULT
from chaos.runtimes.simulated.process import NODES
from chaos.runtimes.simulation import SimulatedCluster
from chaos.schedules.aims import Aims
from chaos.schedules.draw import LENGTH_MS, LONGEST_MS, draw
from chaos.schedules.in_force import Ask, InForce, worst_clock, worst_disk, worst_link, worst_process
from chaos.schedules.perform import NOBODY
from chaos.schedules.schedule import NEEDS, ONLY_WRITTEN, ORDERS, Schedule, Stroke
from chaos.schedules.together import PARTITIONS, PROMOTED_AFTER_MS, bridge, majorities_ring
from chaos.sessions.simulate import Simulation, simulate
from services.replica.replica import Replica
from services.settings.single_leader import SingleLeaderSettings
from tests.contract.cluster.waiting import all_hold
from tests.world.virtually import simulated

AIMS = Aims(DEFAULT)
N1_N2 = Link("n1", "n2")


def test_the_same_seed_draws_the_same_and_others_draw_others() -> None:
    drawn = [draw(Random(seed), AIMS, SimulatedCluster.abilities) for seed in range(200)]
    again = [draw(Random(seed), AIMS, SimulatedCluster.abilities) for seed in range(200)]
    assert drawn == again and len(set(drawn)) == 200
    strokes = [stroke for schedule in drawn for stroke in schedule.strokes]
    assert {stroke.kind for stroke in strokes} == NEEDS.keys() - ONLY_WRITTEN
    assert {stroke.part_of for stroke in strokes} == {"", "swizzle", "promotion", *PARTITIONS}
    assert all(0 <= stroke.at_ms < LENGTH_MS + PROMOTED_AFTER_MS for stroke in strokes)
    lengths = [stroke.for_ms for stroke in strokes if stroke.kind not in ORDERS]
    assert all(0 < length <= LENGTH_MS for length in lengths)
    assert max(lengths) >= LONGEST_MS > 100 * min(lengths)
    struck = {stroke.source for stroke in strokes if stroke.kind in ("kill", "pause")}
    assert struck >= {"leader", "n1", "g1", "controller"}


def test_a_disk_that_forgets_meets_only_faults_of_followers() -> None:
    drawn = [draw(Random(seed), AIMS, SimulatedCluster.abilities) for seed in range(200)]
    for schedule in drawn:
        if {"disk-empty", "disk-old"} & {stroke.kind for stroke in schedule.strokes}:
            assert {stroke.source for stroke in schedule.strokes} == {"follower"}


@pytest.mark.parametrize("count", [4, 5, 6, 9])
def test_in_a_ring_everybody_sees_a_majority_and_nobody_the_same(count: int) -> None:
    nodes = tuple(map(str, range(count)))
    seen = {frozenset({*nodes} - {*cut}) for _, cut in majorities_ring(Random(1), nodes)}
    assert len(seen) == count and all(len(nodes) > count / 2 for nodes in seen)


def test_over_a_bridge_one_node_reaches_both_halves() -> None:
    cut = {(a, b) for a, others in bridge(Random(1), ("x", "a", "b", "c", "d")) for b in others}
    assert cut == {("a", "c"), ("a", "d"), ("b", "c"), ("b", "d")}


def test_only_what_the_runtime_can_do_is_drawn() -> None:
    for seed in range(100):
        for stroke in draw(Random(seed), AIMS, {"links", "pause"}).strokes:
            assert NEEDS[stroke.kind] <= {"links", "pause"}


def test_a_schedule_survives_writing_and_reading() -> None:
    schedule = draw(Random(1), AIMS, SimulatedCluster.abilities)
    assert msgspec.json.decode(msgspec.json.encode(schedule), type=Schedule) == schedule


def test_as_it_strikes_a_stroke_is_told_without_its_own_clock() -> None:
    """The line has the second of the run already; that of the schedule is another one."""
    stroke = Stroke(kind="kill", at_ms=27_715, for_ms=4750, source="n1", part_of="outage 1")
    assert stroke.as_it_strikes == "dead: n1 (outage 1), for 4.750 s"
    assert Stroke(kind="promote", at_ms=5, for_ms=0, source="n2").as_it_strikes == (
        "an operator orders: n2 is promoted"
    )


def test_a_stroke_reads_as_a_sentence() -> None:
    stroke = Stroke(kind="slow", at_ms=1200, for_ms=300, source="leader", targets=("n2", "n3"), amount=30)
    assert str(stroke) == "1.200 s, for 0.300 s: links between leader and n2, n3 are slow by 30 ms"
    assert str(Stroke(kind="cut", at_ms=0, for_ms=1, source="n1")).endswith("n1 is cut off from everyone")


def test_the_worst_of_several() -> None:
    assert worst_link([]) == HEALTHY
    assert worst_link([LinkState(cut_requests=True), LinkState(cut_replies=True, latency_s=1)]) == LinkState(
        cut_requests=True, cut_replies=True, latency_s=1
    )
    assert worst_process([]) == "running"
    assert worst_process(["paused"]) == "paused"
    assert worst_process(["dead", "paused"]) == "dead"
    assert worst_disk([]).slow == 1
    assert worst_clock([]) == ClockState()
    wrong = [ClockState(offset_s=1), ClockState(rate=1.01), ClockState(offset_s=-3, strobe_s=5)]
    assert worst_clock(wrong) == ClockState(offset_s=-2, rate=1.01, strobe_s=5)


@simulated
async def test_strokes_overlap_and_nothing_is_left_in_the_end() -> None:
    cluster = SimulatedCluster(1)
    await cluster.configure(SingleLeaderSettings())
    in_force = InForce(cluster)
    cut, slow = [Ask("link", N1_N2, CUT)], [Ask("link", N1_N2, LinkState(latency_s=1))]
    await in_force.add(cut)
    await in_force.add(slow)
    assert await cluster.link_state(N1_N2) == LinkState(True, True, 1)
    await in_force.remove(cut)
    assert await cluster.link_state(N1_N2) == LinkState(latency_s=1)
    await in_force.remove(slow)
    assert await cluster.link_state(N1_N2) == HEALTHY
    kill, pause = [Ask("process", "n1", "dead")], [Ask("process", "n1", "paused")]
    states: list[ProcessState] = []
    for change, asks in (
        (in_force.add, pause),
        (in_force.add, kill),
        (in_force.remove, pause),
        (in_force.remove, kill),
    ):
        await change(asks)
        states.append(await cluster.process_state("n1"))
    assert states == ["paused", "dead", "dead", "running"]
    await cluster.close()


@simulated
async def test_a_node_finds_another_disk() -> None:
    cluster = SimulatedCluster(1)
    await cluster.configure(SingleLeaderSettings())
    client, in_force = cluster.client(3), InForce(cluster)
    old, empty = [Ask("content", "n3", "kept")], [Ask("content", "n3", "empty")]
    await client.put("g1", "x", "first")
    await all_hold(cluster, {"x": "first"})
    await in_force.add(old)
    await client.put("g1", "x", "second")
    await all_hold(cluster, {"x": "second"})
    for link in links_touching(cluster.links, "n3"):
        await cluster.set_link(link, CUT)
    await in_force.remove(old)
    assert (await cluster.contents("n3"))["registers"] == {"x": "first"}
    await in_force.add(empty)
    assert await cluster.process_state("n3") == "dead"
    await in_force.remove(empty)
    assert (await cluster.contents("n3"))["registers"] == {}
    await cluster.close()


@simulated
async def test_a_node_begins_on_an_empty_disk_only_when_there_is_room() -> None:
    cluster = SimulatedCluster(1)
    await cluster.configure(SingleLeaderSettings())
    in_force = InForce(cluster)
    empty, full = [Ask("content", "n3", "empty")], [Ask("disk", "n3", DiskState(full=True))]
    await in_force.add(empty)
    await in_force.add(full)
    await in_force.remove(empty)
    assert await cluster.process_state("n3") == "dead"
    await in_force.remove(full)
    assert await cluster.process_state("n3") == "running"
    await all_hold(cluster, {})
    await cluster.close()


@pytest.mark.parametrize("kind", NEEDS)
def test_every_kind_strikes_and_ends(kind: str) -> None:
    source = "follower" if kind in ("disk-empty", "disk-old") else "leader"
    stroke = msgspec.convert(
        {"kind": kind, "at_ms": 100, "for_ms": 700, "source": source, "amount": 50}, Stroke
    )
    told: list[str] = []
    verdict = simulate(
        Simulation("lost-writes", "semi-sync", 1, Schedule((stroke,), 1500)),
        tell=lambda second, text, tone: told.append(text),
    )
    assert stroke.as_it_strikes in told
    assert verdict.as_expected and not verdict.problems


@pytest.mark.parametrize(
    "stroke",
    [
        Stroke(kind="kill", at_ms=0, for_ms=100, source="n9"),
        Stroke(kind="cut", at_ms=0, for_ms=100, source="g1", targets=("g2",)),
    ],
)
def test_a_stroke_that_finds_nobody_passes_and_says_so(stroke: Stroke) -> None:
    told: list[str] = []
    run = Simulation("lost-writes", "semi-sync", 1, Schedule((stroke,), 500))
    verdict = simulate(run, tell=lambda second, text, tone: told.append(text))
    assert verdict.problems == ("no fault struck",)
    assert any(text.startswith(f"{stroke.as_it_strikes}: {NOBODY}") for text in told)


@pytest.mark.parametrize("coordination", ["controller", "election", "manual"])
def test_orders_are_given_and_may_be_refused(coordination: str) -> None:
    orders = (
        Stroke(kind="hand-over", at_ms=100, for_ms=0, source="leader"),
        Stroke(kind="hand-over", at_ms=900, for_ms=0, source="leader", targets=("n9",)),
        Stroke(kind="promote", at_ms=1000, for_ms=0, source="leader"),
    )
    told: list[str] = []
    verdict = simulate(
        Simulation(
            "lost-writes", "semi-sync", 1, Schedule(orders, 2000), settings=(("coordination", coordination),)
        ),
        tell=lambda second, text, tone: told.append(text),
    )
    assert not verdict.problems
    assert str(orders[0]) == "0.100 s: an operator orders: leader hands over to whom it likes"
    assert any(" promoted " in text for text in told)
    assert any(text.startswith("refused: ") for text in told)


@simulated
async def test_a_disk_that_fills_while_a_node_begins_is_waited_for() -> None:
    """The process stays and says so; nobody waits for a dead one."""
    cluster = SimulatedCluster(1)
    await cluster.configure(SingleLeaderSettings())
    in_force = InForce(cluster)
    empty, full = [Ask("content", "n3", "empty")], [Ask("disk", "n3", DiskState(full=True))]
    await in_force.add(empty)
    starting = asyncio.create_task(in_force.remove(empty))
    await asyncio.sleep(0.01)
    await in_force.add(full)
    await asyncio.sleep(2)
    assert await cluster.process_state("n3") == "running"
    assert [line.event for line in cluster.events() if line.node == "n3"].count("waits-for-room") == 1
    await in_force.remove(full)
    await starting
    await all_hold(cluster, {})
    await cluster.close()


class Ending(Replica):
    """Ends as it starts, the second time and the third."""

    lives = 0

    async def start(self) -> None:
        if self.env.node == "n3":
            Ending.lives += 1
            if Ending.lives in (2, 3):
                raise RuntimeError("a bug")
        await super().start()


@simulated
async def test_a_process_that_ends_as_it_starts_is_noticed_at_once_and_started_again() -> None:
    Ending.lives = 0
    cluster = SimulatedCluster(1, nodes={**NODES, "replica": Ending})
    await cluster.configure(SingleLeaderSettings())
    await cluster.kill("n3")
    began = asyncio.get_running_loop().time()
    with pytest.raises(ClusterError, match="n3 ended before it answered"):
        await cluster.restart("n3")
    assert asyncio.get_running_loop().time() - began < 1
    in_force, kill = InForce(cluster), [Ask("process", "n3", "dead")]
    await in_force.add(kill)
    await in_force.remove(kill)
    assert await cluster.process_state("n3") == "running"
    assert Ending.lives == 4
    await cluster.close()


@simulated
async def test_who_was_killed_while_paused_is_started_again() -> None:
    cluster = SimulatedCluster(1)
    await cluster.configure(SingleLeaderSettings())
    in_force = InForce(cluster)
    pause = [Ask("process", "n1", "paused")]
    await in_force.add(pause)
    await cluster.kill("n1")
    await in_force.remove(pause)
    await asyncio.sleep(1)
    assert await cluster.process_state("n1") == "running"
    await cluster.close()
