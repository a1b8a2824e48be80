"""A wall clock that somebody sets wrong makes nothing old: neither a tombstone nor a hint."""

import asyncio

import pytest

from chaos.cluster import ClockState, ClusterError
from chaos.runtimes.registry import RUNTIMES
from chaos.runtimes.simulation import SimulatedCluster
from services.settings.leaderless import LeaderlessSettings, Tombstones
from tests.contract.cluster.waiting import soon
from tests.world.virtually import simulated

HOURS_S = 2 * 3600.0
GRACE_S = 2.0


@simulated
@pytest.mark.parametrize("tombstones", ["by-age", "after-repair"])
async def test_a_tombstone_lives_as_long_as_it_should(tombstones: Tombstones) -> None:
    cluster = SimulatedCluster(7)
    grace_ms = round(GRACE_S * 1000)
    settings = LeaderlessSettings(tombstones=tombstones, tombstone_grace_ms=grace_ms, anti_entropy=True)
    await cluster.configure(settings)
    async with RUNTIMES["sim"].client(cluster) as client:
        await client.put("g1", "x", 1)
        for node in cluster.replicas:
            await cluster.set_clock(node, ClockState(offset_s=HOURS_S))
        await client.delete("g1", "x")
        await asyncio.sleep(0.9 * GRACE_S)
        assert not collected(cluster)
        await asyncio.sleep(2 * GRACE_S)
        assert collected(cluster)
    await cluster.close()


def collected(cluster: SimulatedCluster) -> bool:
    return any(each.event == "tombstones-collected" for each in cluster.events())


@simulated
async def test_a_hint_is_handed_home() -> None:
    """It lives for an hour, and nobody else has all that was acknowledged."""
    cluster = SimulatedCluster(7)
    await cluster.configure(LeaderlessSettings(n=2, w=2, r=1, sloppy=True))
    async with RUNTIMES["sim"].client(cluster) as client:
        await cluster.kill("n1")
        for number in range(9):
            await client.put("g1", f"x{number}", number)
        for node in ("n2", "n3"):
            await cluster.set_clock(node, ClockState(offset_s=HOURS_S))
        await cluster.restart("n1")

        async def handed_home() -> None:
            if not any(each.event == "handed-home" for each in cluster.events()):
                raise ClusterError("nothing was handed home")

        await soon(handed_home)
        assert not any(each.event == "hints-expired" for each in cluster.events())
    await cluster.close()
