"""Processes are killed, stopped and started for real, and the cluster lives on."""

from contextlib import AsyncExitStack

import pytest

from chaos.cluster import CUT, Cluster, ClusterError
from chaos.cluster.links import CONTROLLER
from chaos.faults.kill import Kill
from chaos.faults.pause import Pause
from chaos.faults.restart import Restart
from chaos.workloads.client import Client
from services.settings.single_leader import SingleLeaderSettings
from tests.contract.cluster.conftest import PATIENT
from tests.contract.cluster.waiting import all_hold, link, soon

SILENCE_S = 0.3
PATIENCE_S = 5.0  # a healthy link answers at once, but the machine may be busy


async def test_a_killed_leader_is_replaced_and_comes_back_as_a_follower(
    cluster: Cluster, client: Client
) -> None:
    await cluster.configure(SingleLeaderSettings(detection_timeout_ms=1500))
    gateway = next(iter(cluster.gateways))
    await client.put(gateway, "x", 1)
    async with Kill("leader").applied(cluster) as (old,):
        assert await cluster.process_state(old) == "dead"
        with pytest.raises(ClusterError, match=old):
            await cluster.status(old)

        async def replaced() -> None:
            new = await cluster.resolve("leader")
            assert new != old
            assert (await cluster.status(gateway))["leader"] == new

        await soon(replaced)
        await client.put(gateway, "y", 2)
    assert (await cluster.status(old))["role"] == "follower"
    await all_hold(cluster, {"x": 1, "y": 2})


async def test_a_paused_follower_hears_nothing_and_then_catches_up(cluster: Cluster, client: Client) -> None:
    gateway = next(iter(cluster.gateways))
    async with Pause("follower").applied(cluster) as (node,):
        assert await cluster.process_state(node) == "paused"
        leader = await cluster.resolve("leader")
        assert await cluster.probe(link(cluster, f"{leader}-{node}"), SILENCE_S) == "no-answer"
        await client.put(gateway, "x", 1)
    assert await cluster.process_state(node) == "running"
    await all_hold(cluster, {"x": 1})


async def test_a_paused_process_can_be_killed(cluster: Cluster) -> None:
    await cluster.pause("n3")
    await cluster.kill("n3")
    assert await cluster.process_state("n3") == "dead"
    await cluster.restart("n3")
    assert await cluster.process_state("n3") == "running"


@pytest.mark.parametrize("node", ["n3", "controller", "g2"])
async def test_a_restarted_node_has_its_settings(cluster: Cluster, node: str) -> None:
    await cluster.configure(SingleLeaderSettings(replication="quorum-ack", reads="any"))
    before = (await cluster.status(node))["settings"]
    async with Restart(node).applied(cluster):
        assert (await cluster.status(node))["settings"] == before


async def test_a_restarted_replica_has_its_old_disk(cluster: Cluster, client: Client) -> None:
    await client.put(next(iter(cluster.gateways)), "x", 1)
    await all_hold(cluster, {"x": 1})
    async with Restart("n3").applied(cluster):
        assert (await cluster.contents("n3"))["registers"] == {"x": 1}


async def test_what_was_acknowledged_survives_the_death_of_all(cluster: Cluster, client: Client) -> None:
    """On simulated machines the power fails with it, and what was not synced is lost."""
    gateway = next(iter(cluster.gateways))
    for value in range(10):
        await client.put(gateway, "x", value)
    async with AsyncExitStack() as blackout:
        for node in cluster.replicas:
            await blackout.enter_async_context(Kill(node).applied(cluster))
    await all_hold(cluster, {"x": 9})


async def test_what_does_not_fit_the_state_is_refused(cluster: Cluster) -> None:
    for order in (cluster.restart, cluster.resume):
        with pytest.raises(ClusterError, match="n3"):
            await order("n3")
    await cluster.pause("n3")
    for order in (cluster.restart, cluster.pause):
        with pytest.raises(ClusterError, match="n3"):
            await order("n3")
    await cluster.kill("n3")
    for order in (cluster.kill, cluster.pause, cluster.resume):
        with pytest.raises(ClusterError, match="n3"):
            await order("n3")


async def test_a_cut_outlives_the_restart_of_either_end(cluster: Cluster) -> None:
    await cluster.set_link(link(cluster, "n1-n3"), CUT)
    for node in ("n3", "n1"):
        await cluster.kill(node)
        await cluster.restart(node)
        assert await cluster.probe(link(cluster, "n1-n3"), SILENCE_S) == "no-answer"
        assert await cluster.probe(link(cluster, "n3-n1"), PATIENCE_S) == "passed"


async def test_a_restarted_gateway_serves_again(cluster: Cluster, client: Client) -> None:
    gateway = list(cluster.gateways)[1]
    await client.put(gateway, "x", 1)
    async with Restart(gateway).applied(cluster):

        async def knows_the_leader() -> None:
            assert (await cluster.status(gateway))["leader"] == await cluster.resolve("leader")

        await soon(knows_the_leader)
    await client.put(gateway, "x", 2)  # by the client of before, whatever its port is now
    await all_hold(cluster, {"x": 2})


async def test_log_lines_survive_a_restart(cluster: Cluster) -> None:
    def told_by_n3() -> list[str]:
        return [event.event for event in cluster.events() if event.node == "n3"]

    before = told_by_n3()
    async with Restart("n3").applied(cluster):

        async def more_is_told() -> None:
            assert told_by_n3()[: len(before)] == before
            assert "started" in told_by_n3()[len(before) :]

        await soon(more_is_told)


@pytest.mark.parametrize("who", ["leader", "follower"])
async def test_who_was_dead_as_a_run_began_leaves_no_epoch_in_it(cluster: Cluster, who: str) -> None:
    async def epochs() -> list[int]:
        return [(await cluster.status(node))["epoch"] for node in (*cluster.replicas, CONTROLLER)]

    await cluster.configure(PATIENT)
    usual = await epochs()
    await cluster.configure(SingleLeaderSettings())
    leader = await cluster.resolve("leader")
    await cluster.kill(leader)

    async def somebody_else_leads() -> None:
        assert await cluster.resolve("leader") != leader

    await soon(somebody_else_leads)
    if who == "follower":
        await cluster.restart(leader)
        await soon(lambda: all_hold(cluster, {}))
        await cluster.kill(leader)
    await cluster.configure(PATIENT)
    assert await epochs() == usual
