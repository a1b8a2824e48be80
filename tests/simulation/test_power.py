"""Attacks on the power switches that need many moments, or a clock that is only virtual."""

import asyncio

import pytest

from chaos.cluster import ClusterError, eventually
from chaos.cluster.links import CONTROLLER
from chaos.cluster.shape import Shape
from chaos.faults.pause import Pause
from chaos.faults.slow import Slow
from chaos.runtimes.simulated import virtual
from chaos.runtimes.simulation import SimulatedCluster
from services.settings.single_leader import SingleLeaderSettings
from tests.contract.cluster.test_power import comes_back_as_a_follower, told
from tests.contract.cluster.waiting import all_hold
from tests.world.virtually import simulated

STONITH = SingleLeaderSettings(stonith=True)
DETECTION_S = 0.6
BOUND_S = 3 * DETECTION_S
WITHIN_S = 5.0
MOMENTS_MS = (0, 300, 550, 590, 600, 605, 610, 620, 630, 640, 650, 660, 680, 700, 750, 800)


async def another_leads(cluster: SimulatedCluster, than: str, within_s: float = BOUND_S) -> None:
    async def check() -> None:
        if await cluster.resolve("leader") == than:
            raise ClusterError(f"{than} still leads")

    await eventually(check, within_s)


@pytest.mark.parametrize("seed", range(20))
def test_how_long_a_leader_hangs_does_not_matter(seed: int) -> None:
    async def story() -> None:
        cluster = SimulatedCluster(seed)
        await cluster.configure(STONITH)
        async with Pause("leader").applied(cluster) as (old,):
            await another_leads(cluster, old)
            assert await cluster.process_state(old) == "dead"
        await comes_back_as_a_follower(cluster, old)
        assert [event.node for event in told(cluster, "powered-off")] == [old]
        await cluster.close()

    virtual.run(story())


@pytest.mark.parametrize("after_ms", MOMENTS_MS)
def test_a_node_that_starts_as_it_is_shot_keeps_nobody_waiting(after_ms: int) -> None:
    """The lab waited 15 s for the process that the shot had ended."""

    async def story() -> None:
        cluster = SimulatedCluster(after_ms)
        await cluster.configure(STONITH)
        node, loop = await cluster.resolve("leader"), asyncio.get_running_loop()
        await cluster.kill(node)
        await asyncio.sleep(after_ms / 1000)
        began = loop.time()
        await cluster.restart(node)
        assert loop.time() - began < WITHIN_S

        async def whole() -> None:
            if await cluster.process_state(node) == "dead":
                await cluster.restart(node)
            await cluster.resolve("leader")
            await all_hold(cluster, {})

        await eventually(whole, WITHIN_S)
        await cluster.close()

    virtual.run(story())


@simulated
async def test_nobody_leads_while_the_switch_answers_too_late() -> None:
    """Each order arrives, and no confirmation in time: so nobody leads, until the wire is quick again."""
    cluster = SimulatedCluster(3)
    await cluster.configure(STONITH)
    async with Slow("leader-oob", latency_s=2.0).applied(cluster), Pause("leader").applied(cluster) as (old,):
        await asyncio.sleep(4.0)
        assert [event.node for event in told(cluster, "powered-off")] == [old]
        assert (await cluster.status(CONTROLLER))["leader"] is None
        assert [event.fields["target"] for event in told(cluster, "power-switch-failed")] == [old]
    await another_leads(cluster, old)
    await comes_back_as_a_follower(cluster, old)
    await cluster.close()


@simulated
async def test_who_has_joined_has_a_switch_too() -> None:
    cluster = SimulatedCluster(5, Shape(spares=1))
    await cluster.configure(STONITH)
    await cluster.enlist("n4")

    async def leads() -> None:
        assert await cluster.order("hand-over", "n4") == "n4"

    await eventually(leads, WITHIN_S)
    async with Pause("n4").applied(cluster):
        await another_leads(cluster, "n4")
    assert "n4" in [event.node for event in told(cluster, "powered-off")]
    await comes_back_as_a_follower(cluster, "n4")
    await cluster.close()
