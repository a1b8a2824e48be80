"""Every fault: whom it aims at, that it notices when it did not bite, and that it always heals."""

import asyncio

import pytest

from chaos.cluster import CUT, HEALTHY, ClusterError, LinkState
from chaos.cluster.links import Link
from chaos.faults.cut import Cut
from chaos.faults.fault import DidNotBite, Fault, Mark
from chaos.faults.isolate import Isolate
from chaos.faults.kill import Kill
from chaos.faults.lose_reply import LoseReply
from chaos.faults.lose_request import LoseRequest
from chaos.faults.partition import Partition
from chaos.faults.pause import Pause
from chaos.faults.refuse import Refuse
from chaos.faults.restart import Restart
from chaos.faults.slow import Slow
from chaos.faults.upgrade import Upgrade
from tests.unit.faults.paper import Outcome, PaperCluster

ALL: list[Fault] = [
    Cut("n1", "n2"),
    Isolate("leader"),
    Partition((("leader", "g1"), ("rest",))),
    Slow("n1", latency_s=0.02),
    LoseReply("leader", "followers"),
    LoseRequest("g1", "leader"),
    Refuse("g1", "leader"),
    Kill("leader"),
    Pause("follower"),
    Restart("n2"),
    Upgrade("replicas"),
    Upgrade("follower", new_format=False),
]
each_fault = pytest.mark.parametrize("fault", ALL, ids=lambda fault: type(fault).__name__)


def struck(cluster: PaperCluster) -> dict[str, LinkState]:
    return {link.name: state for link, state in cluster.link_states.items() if state != HEALTHY}


@each_fault
async def test_announces_both_ends_and_leaves_nothing(fault: Fault) -> None:
    cluster, marks = PaperCluster(), list[Mark]()
    async with fault.applied(cluster, marks.append):
        assert len(marks) == 1
        assert struck(cluster) or cluster.done
    assert len(marks) == 2
    assert not struck(cluster)
    assert set(cluster.processes.values()) <= {"running"}


@each_fault
async def test_heals_when_the_block_fails(fault: Fault) -> None:
    cluster = PaperCluster()
    with pytest.raises(ZeroDivisionError):
        async with fault.applied(cluster):
            raise ZeroDivisionError
    assert not struck(cluster)
    assert set(cluster.processes.values()) <= {"running"}


@each_fault
async def test_heals_when_it_is_cancelled(fault: Fault) -> None:
    cluster, inside = PaperCluster(), asyncio.Event()

    async def strike_for_ever() -> None:
        async with fault.applied(cluster):
            inside.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(strike_for_ever())
    await inside.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not struck(cluster)
    assert set(cluster.processes.values()) <= {"running"}


@each_fault
async def test_notices_that_it_did_not_bite(fault: Fault) -> None:
    cluster = PaperCluster(lies=frozenset({"links", "processes"}))
    with pytest.raises(DidNotBite):
        async with fault.applied(cluster):
            pytest.fail("the block must not begin")
    assert not struck(cluster)


@each_fault
async def test_says_what_the_runtime_lacks(fault: Fault) -> None:
    with pytest.raises(ClusterError, match="needs"):
        async with fault.applied(PaperCluster(abilities=frozenset())):
            pytest.fail("the block must not begin")


async def test_nobody_feels_a_cut_between_the_dead() -> None:
    cluster = PaperCluster(processes={"n1": "dead"})
    with pytest.raises(DidNotBite, match="nobody feels it"):
        async with Cut("n1", "n2").applied(cluster):
            pytest.fail("the block must not begin")


class ShutsDownWhenAsked(PaperCluster):
    """n1 is being shut down: it answers nothing any more, and a moment later its process is gone."""

    async def probe(self, link: Link, timeout_s: float) -> Outcome:
        if link.source != "n1":
            return await super().probe(link, timeout_s)
        asyncio.get_running_loop().call_later(0.02, self._becomes, "n1", "dead")
        raise ClusterError("n1 closed without an answer")


class RefusesWhenItShutsDown(PaperCluster):
    """n1 is being shut down: whoever asks it is refused, and a moment later its process is gone."""

    async def probe(self, link: Link, timeout_s: float) -> Outcome:
        if link.target != "n1":
            return await super().probe(link, timeout_s)
        asyncio.get_running_loop().call_later(0.02, self._becomes, "n1", "dead")
        return "refused"


@pytest.mark.parametrize(
    ("cluster", "source", "target"),
    [(ShutsDownWhenAsked, "n1", "n2"), (RefusesWhenItShutsDown, "n2", "n1")],
)
async def test_who_is_shut_down_while_the_fault_strikes_proves_nothing(
    cluster: type[PaperCluster], source: str, target: str
) -> None:
    async with Isolate("n1").applied(cluster()):
        pass  # what goes the other way felt it
    with pytest.raises(DidNotBite, match="stopped meanwhile"):
        async with Cut(source, target, one_way=True).applied(cluster()):
            pytest.fail("the block must not begin")


class Refuses(PaperCluster):
    """Its links close what they should swallow, and nobody stops."""

    async def probe(self, link: Link, timeout_s: float) -> Outcome:
        return "passed" if await self.link_state(link) == HEALTHY else "refused"


async def test_a_link_that_refuses_though_both_ends_run_is_no_black_hole() -> None:
    with pytest.raises(DidNotBite, match="n1-n2 was to swallow everything, but a request through it was ref"):
        async with Cut("n1", "n2", one_way=True).applied(Refuses()):
            pytest.fail("the block must not begin")


async def test_cut_one_way_leaves_the_other() -> None:
    cluster, marks = PaperCluster(), list[Mark]()
    async with Cut("n1", "n2", one_way=True).applied(cluster, marks.append):
        assert struck(cluster) == {"n1-n2": CUT}
    assert [(mark.f, mark.value) for mark in marks] == [
        ("start-partition", {"grudge": {"n2": ["n1"]}}),
        ("stop-partition", {"grudge": {"n2": ["n1"]}}),
    ]


async def test_isolation_leaves_the_power_switch_and_the_lab() -> None:
    cluster = PaperCluster()
    async with Isolate("leader").applied(cluster):
        assert struck(cluster).keys() == {
            *("n1-n2", "n1-n3", "n2-n1", "n3-n1", "g1-n1", "g2-n1", "controller-n1", "n1-controller")
        }


@pytest.mark.parametrize(
    ("fault", "wires"),
    [
        (Isolate("leader-oob"), ["controller-n1-oob"]),
        (Cut("controller", "replicas-oob"), [f"controller-n{number}-oob" for number in (1, 2, 3)]),
        (Slow("followers-oob", latency_s=0.02), ["controller-n2-oob", "controller-n3-oob"]),
        (LoseReply("controller", "n3-oob"), ["controller-n3-oob"]),
    ],
)
async def test_a_power_switch_is_struck_by_its_name(fault: Fault, wires: list[str]) -> None:
    cluster = PaperCluster(processes={"n1": "paused", "n3": "dead"})  # which is when it is needed
    async with fault.applied(cluster):
        assert sorted(struck(cluster)) == wires
    assert not struck(cluster)


@pytest.mark.parametrize(
    "fault", [Isolate("controller"), Cut("controller", "replicas"), Partition((("n1",), ("rest",)))]
)
async def test_and_only_by_its_name(fault: Fault) -> None:
    cluster = PaperCluster()
    async with fault.applied(cluster):
        assert struck(cluster) and not [name for name in struck(cluster) if name.endswith("-oob")]


async def test_a_side_of_a_partition_may_name_a_power_switch() -> None:
    cluster = PaperCluster()
    async with Partition((("n1", "n1-oob"), ("rest",))).applied(cluster):
        assert "controller-n1-oob" in struck(cluster)
        assert "controller-n2-oob" not in struck(cluster)


async def test_partition_cuts_only_between_the_sides() -> None:
    cluster = PaperCluster(leader="n2")
    async with Partition((("leader", "g1"), ("rest",))).applied(cluster):
        cut = struck(cluster)
    assert "g1-n2" not in cut and "n1-n3" not in cut
    assert {"n2-n1", "n1-n2", "g2-n2", "g1-n1", "controller-n2", "g1-controller"} <= cut.keys()


@pytest.mark.parametrize(
    ("groups", "begin", "end"),
    [
        (
            (("n1", "g1"), ("rest",)),
            "partition: {n1, g1} cannot reach {n2, n3, g2, controller}",
            "healed: {n1, g1} can reach {n2, n3, g2, controller} again",
        ),
        (
            (("n1",), ("n2",), ("n3",)),
            "partition: {n1}, {n2} and {n3} cannot reach each other",
            "healed: {n1}, {n2} and {n3}",
        ),
    ],
)
async def test_a_partition_is_told_as_one(groups: tuple[tuple[str, ...], ...], begin: str, end: str) -> None:
    strike = await Partition(groups).aim(PaperCluster())
    assert strike.stop and (strike.start.text, strike.stop.text) == (begin, end)


@pytest.mark.parametrize(
    ("groups", "reason"), [((("n1",), ("leader", "rest")), "two sides"), ((("n1",), ()), "is empty")]
)
async def test_partition_with_impossible_sides(groups: tuple[tuple[str, ...], ...], reason: str) -> None:
    with pytest.raises(ClusterError, match=reason):
        await Partition(groups).aim(PaperCluster())


async def test_lost_replies_let_the_requests_through() -> None:
    cluster = PaperCluster()
    async with LoseReply("leader", "followers").applied(cluster):
        assert struck(cluster) == dict.fromkeys(("n1-n2", "n1-n3"), LinkState(cut_replies=True))


async def test_healing_puts_back_what_was_there() -> None:
    cluster = PaperCluster()
    async with Slow("n1", "n2", latency_s=0.01).applied(cluster):
        before = dict(cluster.link_states)
        async with LoseRequest("n1", "n2").applied(cluster):
            assert struck(cluster)["n1-n2"] == LinkState(cut_requests=True, latency_s=0.01)
        assert cluster.link_states == before


async def test_who_stays_dead_is_not_announced_to_live() -> None:
    cluster, marks = PaperCluster(), list[Mark]()
    async with Kill("leader", stays_dead=True).applied(cluster, marks.append) as nodes:
        assert nodes == ("n1",)
    assert [mark.f for mark in marks] == ["kill"]
    assert cluster.processes == {"n1": "dead"}


class Sluggish(PaperCluster):
    """Its links pass again only some probes after they were healed."""

    refusals = 3

    async def probe(self, link: Link, timeout_s: float) -> Outcome:
        outcome = await super().probe(link, timeout_s)
        if outcome == "passed" and self.refusals > 0:
            self.refusals -= 1
            return "refused"
        return outcome


async def test_the_heal_is_waited_for() -> None:
    cluster = Sluggish()
    async with Cut("n1", "n2", one_way=True).applied(cluster):
        assert cluster.refusals == 3
    assert cluster.refusals == 0


@pytest.mark.parametrize("times", [{"latency_s": 0.0}, {"latency_s": 0.1, "jitter_s": 0.1}])
def test_slow_refuses_times_that_make_no_sense(times: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="do not fit"):
        Slow("n1", **times)  # type: ignore[arg-type]


async def test_an_upgrade_stops_all_its_nodes_before_any_of_them_starts_again() -> None:
    cluster = PaperCluster()
    async with Upgrade("replicas").applied(cluster) as nodes:
        down = [f"{node} dead" for node in nodes]
        told = [f"{node} told to prepare-upgrade" for node in nodes]
        assert len(nodes) > 1 and cluster.done == [*told, *down]
    assert cluster.done[-len(nodes) :] == [f"{node} running" for node in nodes]


async def test_a_minor_upgrade_leaves_the_format_alone() -> None:
    cluster = PaperCluster()
    async with Upgrade("n2", new_format=False).applied(cluster):
        assert cluster.done == ["n2 dead"]
