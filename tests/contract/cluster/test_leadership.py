"""The lead passes: by hand, by hand-over, by election; and orders that make no sense are refused."""

import asyncio

import pytest

from chaos.cluster import CUT, HEALTHY, Cluster, ClusterError
from chaos.cluster.links import CONTROLLER
from chaos.workloads.client import Client
from services.settings.single_leader import Coordination, SingleLeaderSettings
from tests.contract.cluster.waiting import all_hold, leader_of, link, soon

WRITES = 60
# So patient that a machine with too much to do does not make a leader step down between two writes, nor a
# gateway give up a leader that waits for a processor.
ELECTED = SingleLeaderSettings(
    coordination="election", replication="quorum-ack", detection_timeout_ms=2000, call_timeout_ms=1500
)


async def test_a_hand_over_fails_no_request(cluster: Cluster, client: Client) -> None:
    await hands_over_without_a_failure(cluster, client, "controller")


async def test_an_elected_leader_hands_over_without_the_controller(cluster: Cluster, client: Client) -> None:
    await cluster.configure(ELECTED)
    await cluster.kill(CONTROLLER)
    await hands_over_without_a_failure(cluster, client, "election")


async def test_replicas_elect_another_leader_without_the_controller(cluster: Cluster, client: Client) -> None:
    await cluster.configure(ELECTED)
    await cluster.kill(CONTROLLER)
    gateway = next(iter(cluster.gateways))
    await client.put(gateway, "x", 1)
    dead = await leader_of(cluster)
    await cluster.kill(dead)
    await another_leads(cluster, dead)
    await cluster.restart(dead)
    await all_hold(cluster, {"x": 1})


async def test_an_operator_promotes_when_the_leader_is_dead_and_not_before(cluster: Cluster) -> None:
    await cluster.configure(SingleLeaderSettings(coordination="manual", detection_timeout_ms=1500))
    leader, follower = await cluster.resolve("leader"), await cluster.resolve("follower")
    with pytest.raises(ClusterError, match=f"{leader} leads and answers; .* hand-over"):
        await cluster.order("promote", follower)
    await cluster.kill(leader)

    async def promoted() -> None:
        assert await cluster.order("promote", follower) == follower

    await soon(promoted)
    assert await cluster.resolve("leader") == follower


async def test_who_cannot_catch_up_does_not_take_over(cluster: Cluster, client: Client) -> None:
    await cluster.configure(SingleLeaderSettings(replication="async", detection_timeout_ms=2000))
    leader, behind = await cluster.resolve("leader"), await cluster.resolve("follower")
    await cluster.set_link(link(cluster, f"{leader}-{behind}"), CUT)
    gateway = next(iter(cluster.gateways))
    await client.put(gateway, "x", 1)
    with pytest.raises(ClusterError, match=f"{behind} lacks a part of the log .*{leader} goes on leading"):
        await cluster.order("hand-over", behind)
    assert (await client.put(gateway, "x", 2)).node == leader
    await cluster.set_link(link(cluster, f"{leader}-{behind}"), HEALTHY)
    await all_hold(cluster, {"x": 2})


async def test_orders_that_make_no_sense_are_refused(cluster: Cluster) -> None:
    leader = await cluster.resolve("leader")
    with pytest.raises(ClusterError, match=f"{leader} leads already"):
        await cluster.order("hand-over", leader)
    with pytest.raises(ClusterError, match="no replica 'g1'"):
        await cluster.order("hand-over", "g1")
    with pytest.raises(ClusterError, match="no replica 'n9'"):
        await cluster.order("promote", "n9")
    assert await cluster.resolve("leader") == leader


async def hands_over_without_a_failure(cluster: Cluster, client: Client, coordination: Coordination) -> None:
    """Clients write all the time; each write succeeds, and in the end another leads in a newer epoch."""
    leader = await leader_of(cluster)
    epoch = (await cluster.status(leader))["epoch"]
    writing = asyncio.gather(*(_write(cluster, client, number) for number in range(WRITES)))
    successor = await cluster.order("hand-over")
    await writing
    assert successor != leader
    status = await cluster.status(successor)
    assert (status["role"], status["settings"]["coordination"]) == ("leader", coordination)
    assert status["epoch"] > epoch
    await all_hold(cluster, {f"x{number}": number for number in range(WRITES)})


async def _write(cluster: Cluster, client: Client, number: int) -> None:
    gateways = list(cluster.gateways)
    await asyncio.sleep(0.005 * number)
    await client.put(gateways[number % len(gateways)], f"x{number}", number)


async def another_leads(cluster: Cluster, than: str) -> None:
    """Wait until a leader other than `than` is found."""

    async def check() -> None:
        assert await cluster.resolve("leader") != than

    await soon(check)
