"""Who gives the lead up never answers from it again, and who has stopped by himself is not shot."""

import asyncio
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import pytest

from chaos.catalogue.scenario import Scenario, Script, remedy
from chaos.cluster import CUT, HEALTHY, ClusterError, LinkState, eventually, links_between
from chaos.cluster.links import Link
from chaos.faults.fault import Mark
from chaos.faults.kill import Kill
from chaos.faults.pause import Pause
from chaos.running.run import Run
from chaos.runtimes.simulation import SimulatedCluster
from chaos.workloads import register
from services.settings.single_leader import Coordination, SingleLeaderSettings
from tests.simulation.stories import accused, played
from tests.simulation.test_handing_over import FENCINGS
from tests.world.virtually import simulated

SEEDS = 5
GLANCE_S = 0.0001
ELECTION = {"replication": "quorum-ack", "coordination": "election"}
WITHIN_S = 10.0


async def said(cluster: SimulatedCluster, event: str, since: int = 0) -> None:
    """Return when somebody says `event`; those up to number `since` do not count."""
    while not any(each.event == event for each in cluster.events()[since:]):
        await asyncio.sleep(GLANCE_S)


def when(cluster: SimulatedCluster, event: str, strike: Callable[[], None]) -> None:
    """Strike the very moment at which somebody says `event`."""
    cluster._log_book.listen(lambda each: strike() if each.event == event else None)


async def cut_off_as_the_lead_passes(run: Run, *, deaf_before: bool) -> None:
    """The old leader is alone with a gateway from when its successor stands for election.

    If it is deaf before, nobody's questions reach it, while its own still arrive.
    """
    await run.acknowledged(40)
    cluster, leader = run.cluster, await run.leader()
    assert isinstance(cluster, SimulatedCluster)
    others = [node for node in (*cluster.replicas, "controller", "g2") if node != leader]
    into = [Link(node, leader) for node in run.followers(leader)]
    island = [
        *links_between(cluster.links, (leader,), others),
        *links_between(cluster.links, ("g1",), others),
    ]
    if deaf_before:
        await asyncio.gather(*(cluster.set_link(link, CUT) for link in into))
    order = asyncio.ensure_future(cluster.order("hand-over"))
    await said(cluster, "stands-for-election", since=len(cluster.events()))
    value = {"grudge": {leader: others, "g1": others}}
    run._announce(Mark("start-partition", value, f"cut: {leader} g1 | rest, while the lead passes"))
    await asyncio.gather(*(cluster.set_link(link, CUT) for link in island))
    await run.traffic(seconds=2)
    await asyncio.gather(*(cluster.set_link(link, HEALTHY) for link in island))
    run._announce(Mark("stop-partition", value, "healed"))
    await asyncio.gather(order, return_exceptions=True)
    await run.acknowledged(20)


async def restarted_at_once(run: Run) -> None:
    """The leader's process is back before anybody misses it."""
    await run.acknowledged(40)
    async with run.fault(Kill(await run.leader())):
        await run.traffic(seconds=0.02)
    await run.acknowledged(60)


def story(script: Script, settings: Mapping[str, Any], *checkers: str) -> Scenario:
    return Scenario(
        id="letting-go",
        section="A",
        title="The lead is given up",
        script=script,
        workload=register.reads_and_writes(keys=60, clients=16, rate_per_s=120, write_fraction=0.4),
        checkers=("split-brain", "lost-write", "stale-read", *checkers),
        bounds_ms={"write-stall": 900} if "write-stall" in checkers else {},
        settings={"replication": "semi-sync", **settings},
        variants=(remedy("held"),),
    )


@pytest.mark.parametrize("deaf_before", [False, True])
@pytest.mark.parametrize("detection_timeout_ms", [600, 3000])
def test_a_leader_that_is_cut_off_while_it_hands_over_answers_no_more(
    detection_timeout_ms: int, deaf_before: bool
) -> None:
    """Its lease by majority would have gone on for a detection timeout, with old values for readers."""
    script = partial(cut_off_as_the_lead_passes, deaf_before=deaf_before)
    scenario = story(script, {**ELECTION, "detection_timeout_ms": detection_timeout_ms})
    for seed in range(SEEDS):
        assert accused(played(scenario, seed)[0]) == [], seed


@pytest.mark.parametrize("fencing", FENCINGS)
def test_a_leader_that_is_back_as_a_follower_is_asked_and_not_shot(fencing: str) -> None:
    """It can promise the new epoch itself; shot, it would be asked to lead all the same, and not answer."""
    scenario = story(restarted_at_once, FENCINGS[fencing], "write-stall")
    for seed in range(SEEDS):
        verdict, cluster = played(scenario, seed)
        assert accused(verdict) == [], seed
        events = [event.event for event in cluster.events()]
        assert "old-leader-shut-down" not in events, seed
        assert events.count("failover-begun") == 2, "the first leader, and the next"


async def elected(seed: int) -> tuple[SimulatedCluster, str, str]:
    """A cluster that elects, with its leader and a follower."""
    cluster = SimulatedCluster(seed)
    await cluster.configure(SingleLeaderSettings(replication="quorum-ack", coordination="election"))
    leader = await cluster.resolve("leader")
    return cluster, leader, await cluster.resolve("follower")


@simulated
async def test_who_finds_no_successor_is_elected_anew_and_a_late_invitation_changes_nothing() -> None:
    """Requests that waited are answered in the new epoch; none is refused."""
    cluster, leader, successor = await elected(seed=3)
    client = cluster.client(3)
    before = await client.put("g1", "x", "before")
    when(cluster, "hands-over", lambda: cluster._wires[Link(leader, successor)].set(LinkState(latency_s=1.0)))
    order = asyncio.ensure_future(cluster.order("hand-over", successor))
    await said(cluster, "hands-over")
    during = asyncio.ensure_future(client.put("g1", "x", "during"))
    with pytest.raises(ClusterError, match=f"{successor} did not take over .*{leader} leads again"):
        await order
    assert (await during).epoch > before.epoch
    await asyncio.sleep(2.0)  # the invitation arrives
    assert (await client.put("g1", "x", "after")).epoch == (await during).epoch
    assert await cluster.resolve("leader") == leader
    await cluster.close()


@simulated
async def test_of_two_orders_to_hand_over_one_is_refused_and_the_other_carried_out() -> None:
    for settings in (ELECTION, {"coordination": "controller"}, {"coordination": "manual", "stonith": True}):
        cluster = SimulatedCluster(4)
        await cluster.configure(SingleLeaderSettings(**settings))
        orders = await asyncio.gather(
            cluster.order("hand-over"), cluster.order("hand-over"), return_exceptions=True
        )
        refusals = [order for order in orders if isinstance(order, BaseException)]
        assert len(refusals) == 1, orders
        assert "is under way" in str(refusals[0])
        await cluster.client(3).put("g1", "x", "after")
        await cluster.close()


@pytest.mark.parametrize("fencing", FENCINGS)
def test_a_leader_that_gave_up_is_succeeded_also_when_nobody_hears_that_it_did(fencing: str) -> None:
    """Its answer to the controller is lost, and no operator is there to order anything again."""

    @simulated
    async def story() -> None:
        cluster = SimulatedCluster(5)
        await cluster.configure(SingleLeaderSettings(coordination="manual", **FENCINGS[fencing]))
        client, leader = cluster.client(3), await cluster.resolve("leader")
        before = await client.put("g1", "x", "before")
        order = asyncio.ensure_future(cluster.order("hand-over"))
        await said(cluster, "hands-over")
        await cluster.set_link(Link("controller", leader), LinkState(cut_replies=True))
        with pytest.raises(ClusterError):
            await order
        await cluster.set_link(Link("controller", leader), HEALTHY)

        async def must_take_writes() -> None:
            try:
                assert (await client.put("g1", "x", "after")).epoch > before.epoch
            except Exception as error:
                raise ClusterError(str(error)) from error

        await eventually(must_take_writes, WITHIN_S)
        assert not any(event.event == "old-leader-shut-down" for event in cluster.events())
        await cluster.close()

    story()


@pytest.mark.parametrize("coordination", ["controller", "manual"])
@pytest.mark.parametrize("fencing", FENCINGS)
def test_a_failover_goes_on_after_the_controller_that_began_it_was_killed(
    fencing: str, coordination: Coordination
) -> None:
    """It has not heard that the old leader leads again, in a new epoch, and would grant it no lease."""

    @simulated
    async def story() -> None:
        cluster = SimulatedCluster(6)
        await cluster.configure(SingleLeaderSettings(coordination=coordination, **FENCINGS[fencing]))
        client, leader = cluster.client(3), await cluster.resolve("leader")
        await client.put("g1", "x", "before")
        await cluster.kill(leader)
        await cluster.restart(leader)
        since = len(cluster.events())
        order = None
        if coordination == "manual":
            order = asyncio.ensure_future(eventually(lambda: cluster.order("promote", leader), WITHIN_S))
        await said(cluster, "promoted", since)
        await cluster.kill("controller")
        if order:
            order.cancel()
        await cluster.restart("controller")

        async def must_take_writes() -> None:
            try:
                await client.put("g1", "x", "after")
            except Exception as error:
                raise ClusterError(str(error)) from error

        await eventually(must_take_writes, WITHIN_S)
        assert not any(event.event == "old-leader-shut-down" for event in cluster.events())
        await cluster.close()

    story()


async def handed_to_one_who_hangs(run: Run) -> None:
    await run.acknowledged(40)
    leader = await run.leader()
    follower = run.followers(leader)[-1]
    async with run.fault(Pause(follower)):
        with pytest.raises(ClusterError, match=f"{follower} lacks a part .*{leader} goes on leading"):
            await run.hand_over(follower)
        await run.acknowledged(10, by=leader)
    assert await run.hand_over(follower) == follower
    await run.acknowledged(10, by=follower)


@pytest.mark.parametrize("settings", [ELECTION, {}, {"lease": True, "stonith": True}])
def test_a_successor_that_hangs_costs_nobody_a_request(settings: Mapping[str, Any]) -> None:
    """Requests go on until it has caught up, so they do not wait for one that never does."""
    scenario = story(handed_to_one_who_hangs, {**settings, "detection_timeout_ms": 3000}, "failed-request")
    assert accused(played(scenario, seed=6)[0]) == []
