"""Nobody answers from the past because his machine stood still, as long as any of its clocks shows it.

The runs are judged for linearizability: had an epoch answered a read after another leader's writes, it would
show. That these freezes are dangerous is seen where no clock tells of them.
"""

import asyncio
from typing import Any

import pytest

from chaos.cluster import ClockState
from chaos.faults.freeze import Freeze, Telltale
from chaos.faults.pause import Pause
from chaos.judging.verdict import Verdict
from chaos.runtimes.simulated import virtual
from chaos.runtimes.simulation import SimulatedCluster
from services.settings.single_leader import SingleLeaderSettings
from tests.simulation.freezing import BOUNDED, ELECTION, LEASE, follower_behind_a_cut, found, frozen
from tests.world.virtually import simulated

SEEDS = range(26)
FEW = range(5)
TOLD: tuple[Telltale, ...] = ("boot-time", "wall")
ASYNC: dict[str, Any] = {"replication": "async", "lease": True}


@pytest.mark.parametrize("told_by", TOLD)
@pytest.mark.parametrize("settings", [LEASE, ELECTION], ids=["lease", "election"])
def test_a_frozen_leader_asks_again_before_it_answers(settings: dict[str, Any], told_by: Telltale) -> None:
    assert {seed: each for seed in SEEDS if (each := found(frozen(seed, settings, told_by)))} == {}


@pytest.mark.parametrize("told_by", TOLD)
def test_a_frozen_leader_that_confirms_alone_leads_no_more(told_by: Telltale) -> None:
    verdicts = {seed: found(frozen(seed, ASYNC, told_by, checkers=("split-brain",))) for seed in SEEDS}
    assert {seed: each for seed, each in verdicts.items() if each} == {}


@pytest.mark.parametrize("told_by", TOLD)
def test_a_frozen_follower_does_not_take_itself_for_fresh(told_by: Telltale) -> None:
    """Bounded reads promise that no completed write is missed; they are not linearizable."""
    assert {seed: each for seed in SEEDS if (each := found(bounded(seed, told_by)))} == {}


def test_where_no_clock_tells_all_of_them_answer_from_the_past() -> None:
    assert any(found(frozen(seed, LEASE, "nothing")) for seed in FEW)
    assert any(found(frozen(seed, ELECTION, "nothing")) for seed in FEW)
    assert any(found(bounded(seed, "nothing")) for seed in FEW)


def bounded(seed: int, told_by: Telltale) -> Verdict:
    return frozen(seed, BOUNDED, told_by, follower_behind_a_cut, ("stale-read",))


@simulated
async def test_clocks_that_hardly_move_are_clocks_that_stand_still() -> None:
    """Whoever makes a machine stand still by its rate alone: what shows it is the wall clock, set right."""
    cluster = SimulatedCluster(1)
    await cluster.configure(SingleLeaderSettings(coordination="manual", lease=True))
    clock = cluster._machines["n1"].clock
    before = clock.wall() - clock.boottime()
    await cluster.pause("n1")
    await cluster.set_clock("n1", ClockState(rate=1e-9))
    await asyncio.sleep(5)
    await cluster.set_clock("n1", ClockState())
    assert clock.wall() - clock.boottime() == pytest.approx(before + 5, abs=1e-6)
    await cluster.close()


@pytest.mark.parametrize("fault", [Pause("n1"), *(Freeze("n1", each) for each in TOLD)], ids=str)
def test_requests_wait_for_the_lease_of_a_leader_that_was_away(fault: Pause | Freeze) -> None:
    """Nobody has taken its place, so there is nothing to refuse."""
    virtual.run(_requests_wait(fault))


async def _requests_wait(fault: Pause | Freeze) -> None:
    cluster = SimulatedCluster(1)
    await cluster.configure(SingleLeaderSettings(coordination="manual", lease=True, replication="async"))
    client = cluster.client(10)
    await client.put("g1", "x", 1)
    async with fault.applied(cluster):
        await asyncio.sleep(3)
    await asyncio.gather(*(client.put("g1", f"k{number}", number) for number in range(10)))
    assert (await client.get("g1", "x")).value == 1
    assert "lease-in-doubt" in [event.event for event in cluster.events()]
    assert "lease-expired" not in [event.event for event in cluster.events()]
    await cluster.close()


@pytest.mark.parametrize("fault", [Pause("leader"), *(Freeze("leader", each) for each in TOLD)], ids=str)
def test_an_elected_leader_that_was_away_goes_on_if_nobody_was_elected(fault: Pause | Freeze) -> None:
    virtual.run(_the_leader_goes_on(fault))


async def _the_leader_goes_on(fault: Pause | Freeze) -> None:
    cluster = SimulatedCluster(3)
    settings = SingleLeaderSettings(
        coordination="election", replication="quorum-ack", detection_timeout_ms=1000
    )
    await cluster.configure(settings)
    leader, client = await cluster.resolve("leader"), cluster.client(10)
    await client.put("g1", "x", 1)
    async with fault.applied(cluster):
        await asyncio.sleep(1.03)  # its lease is over, and nobody may stand for election yet
    await asyncio.gather(*(client.put("g1", f"k{number}", number) for number in range(10)))
    assert await cluster.resolve("leader") == leader
    assert "demoted" not in [event.event for event in cluster.events()]
    await cluster.close()
