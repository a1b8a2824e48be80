"""STONITH: a power switch ends what hangs, without its help, and only what the switch confirms counts."""

import asyncio

from chaos.cluster import Cluster, ClusterError, Event
from chaos.cluster.links import CONTROLLER
from chaos.faults.isolate import Isolate
from chaos.faults.kill import Kill
from chaos.faults.partition import Partition
from chaos.faults.pause import Pause
from chaos.workloads.client import Client
from services.settings.single_leader import SingleLeaderSettings
from tests.contract.cluster.test_leadership import another_leads
from tests.contract.cluster.waiting import all_hold, soon

DETECTION_S = 2.0  # so that a machine that is busy for a moment makes nobody shoot a leader that is well
STONITH = SingleLeaderSettings(stonith=True, detection_timeout_ms=round(DETECTION_S * 1000))
BOUND_S = 5 * DETECTION_S


async def test_a_paused_leader_is_replaced_while_it_stands_still(cluster: Cluster, client: Client) -> None:
    await cluster.configure(STONITH)
    gateway, loop = next(iter(cluster.gateways)), asyncio.get_running_loop()
    await client.put(gateway, "x", 1)
    told_before = len(told(cluster, "powered-off"))
    async with Pause("leader").applied(cluster) as (old,):
        began = loop.time()
        await another_leads(cluster, old)
        assert loop.time() - began < BOUND_S
        assert await cluster.process_state(old) != "running"

        async def the_switch_tells() -> None:
            lines = told(cluster, "powered-off")[told_before:]
            assert [(line.node, line.fields["by"]) for line in lines] == [(old, CONTROLLER)]

        await soon(the_switch_tells)
    assert await cluster.process_state(old) == "dead", "it went on only to end, and that is seen at once"
    await comes_back_as_a_follower(cluster, old)
    await all_hold(cluster, {"x": 1})


async def test_who_is_paused_and_cut_off_is_shot_all_the_same(cluster: Cluster) -> None:
    await cluster.configure(STONITH)
    async with (
        Pause("leader").applied(cluster) as (old,),
        Partition(((old, "g1"), ("rest",))).applied(cluster),
    ):
        await another_leads(cluster, old)
    assert await cluster.process_state(old) == "dead"
    await comes_back_as_a_follower(cluster, old)


async def test_a_leader_that_was_killed_as_it_stood_still_is_off_for_its_switch(cluster: Cluster) -> None:
    await cluster.configure(STONITH)
    async with Pause("leader").applied(cluster) as (old,), Kill(old).applied(cluster):
        await another_leads(cluster, old)
    await comes_back_as_a_follower(cluster, old)


async def test_nobody_else_leads_while_the_switch_is_out_of_reach(cluster: Cluster) -> None:
    await cluster.configure(STONITH)
    before = len(told(cluster, "power-switch-failed"))
    async with Isolate("leader-oob").applied(cluster):
        async with Pause("leader").applied(cluster) as (old,):

            async def the_controller_tells() -> None:
                assert len(told(cluster, "power-switch-failed")) == before + 1

            await soon(the_controller_tells)
            await asyncio.sleep(2 * DETECTION_S)  # time enough for a failover, and for saying it again
            await the_controller_tells()
            for node in cluster.replicas:
                assert node == old or (await cluster.status(node))["role"] == "follower"
        assert await cluster.process_state(old) == "running"
        await soon(lambda: somebody_leads(cluster))
    async with Pause("leader").applied(cluster) as (hangs,):
        await another_leads(cluster, hangs)
    assert await cluster.process_state(hangs) == "dead"
    await comes_back_as_a_follower(cluster, hangs)


async def somebody_leads(cluster: Cluster) -> None:
    """Whoever it is: one that wakes up promises the newer epoch, so its leading is over."""
    try:
        assert await cluster.resolve("leader") in cluster.replicas
    except ClusterError as error:
        raise AssertionError("nobody leads, though everybody is awake") from error


async def comes_back_as_a_follower(cluster: Cluster, node: str) -> None:
    """Whoever was shot starts again like anybody who is dead."""
    if await cluster.process_state(node) == "dead":
        await cluster.restart(node)

    async def follows() -> None:
        assert (await cluster.status(node))["role"] == "follower"

    await soon(follows)


def told(cluster: Cluster, event: str) -> list[Event]:
    return [one for one in cluster.events() if one.event == event]
