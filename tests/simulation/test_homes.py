"""Homes of some of the keys, in simulation: when they have settled, and what a full disk does to them."""

import asyncio

import pytest

from chaos.cluster import ClusterError, DiskState
from chaos.cluster.shape import Shape
from chaos.runtimes.simulation import SimulatedCluster
from services.settings.leaderless import LeaderlessSettings
from tests.contract.cluster.waiting import soon
from tests.world.virtually import simulated

SOME_KEYS = LeaderlessSettings(n=2, w=1, r=1, anti_entropy=True)
SLOPPY = LeaderlessSettings(sloppy=True, anti_entropy=True)
BUGS = ("bug", "crashed", "output")


@simulated
async def test_homes_of_some_keys_each_have_settled_when_they_agree_about_those_that_they_share() -> None:
    """No two of them hold the same, so with one mark for all they never settled."""
    cluster = SimulatedCluster(7)
    try:
        await cluster.configure(SOME_KEYS)
        await cluster.kill("n1")
        for number in range(20):
            await cluster.client(1).put("g1", f"k{number}", number)
        await cluster.restart("n1")
        with pytest.raises(ClusterError, match=r"n1 and n[23] do not hold the same under the keys"):
            await cluster.must_have_settled()
        await soon(cluster.must_have_settled)
    finally:
        await cluster.close()


@simulated
async def test_hints_on_a_full_disk_are_handed_home_and_forgotten_when_there_is_room() -> None:
    """To forget one is a write as well, and a node that could not do it ended."""
    cluster = SimulatedCluster(7, Shape(replicas=5))
    try:
        await cluster.configure(SLOPPY)
        homes = [await cluster.resolve(f"home-{number}-of:x") for number in (1, 2, 3)]
        for home in homes:
            await cluster.kill(home)
        await cluster.client(1).put("g1", "x", 1)
        keepers = [node for node in cluster.replicas if node not in homes]
        for keeper in keepers:
            assert (await cluster.status(keeper))["hints"] > 0
            await cluster.set_disk(keeper, DiskState(full=True))
        for home in homes:
            await cluster.restart(home)
        await asyncio.sleep(3)
        for keeper in keepers:
            assert await cluster.process_state(keeper) == "running"
            await cluster.set_disk(keeper, DiskState())
        await soon(cluster.must_have_settled)
        assert [event for event in cluster.events() if event.event in BUGS] == []
    finally:
        await cluster.close()
