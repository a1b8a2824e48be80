"""The rule of acknowledgement changes while the leader does, too, or while somebody is away or cut off."""

import asyncio

import pytest

from chaos.cluster import CUT, HEALTHY, ClusterError, links_between
from chaos.cluster.shape import Shape
from chaos.runtimes.simulation import SimulatedCluster
from chaos.workloads.client import ClientError
from services.settings.single_leader import SingleLeaderSettings
from tests.world.virtually import simulated, until


async def _led_by(cluster: SimulatedCluster, node: str) -> None:
    await until(lambda: cluster.glance("controller")["leader"] == node)


@simulated
async def test_a_failover_counts_on_no_stronger_rule_before_the_new_leader_holds_everything_by_it() -> None:
    """n3 lacks a write that a majority has, and the leader is replaced in the middle of the order."""
    cluster = SimulatedCluster(1)
    await cluster.configure(SingleLeaderSettings(replication="quorum-ack"))
    for link in links_between(cluster.links, ("n1", "n2"), ("n3",)):
        await cluster.set_link(link, CUT)
    await cluster.client(3).put("g1", "x", "acknowledged")
    order = asyncio.create_task(cluster.order("replicate", "sync"))
    await until(lambda: cluster.glance("n1")["settings"]["replication"] == "sync")
    await cluster.pause("n1")
    await _led_by(cluster, "n2")
    await cluster.resume("n1")
    with pytest.raises(ClusterError, match="n2 waits for n1, n3 from now on"):
        await order
    await cluster.kill("n1")
    await cluster.kill("n2")
    for link in cluster.links:
        await cluster.set_link(link, HEALTHY)
    await asyncio.sleep(3)
    assert cluster.glance("controller")["leader"] is None, "n3 alone does not have what was acknowledged"
    await cluster.close()


@pytest.mark.parametrize("rule", ["quorum-ack", "semi-sync", "n2=sync"])
@simulated
async def test_who_does_not_know_that_it_was_replaced_hears_of_no_weaker_rule(rule: str) -> None:
    cluster = SimulatedCluster(1, Shape(gateways=2))
    await cluster.configure(SingleLeaderSettings(replication="sync"))
    for link in links_between(cluster.links, ("n1", "n2", "g1"), ("n3", "controller", "g2")):
        await cluster.set_link(link, CUT)
    await _led_by(cluster, "n3")
    assert cluster.glance("n1")["role"] == "leader", "and n2 still follows it"
    with pytest.raises(ClusterError, match="n3 waits for"):
        await cluster.order("replicate", rule)
    with pytest.raises(ClientError, match="sync replication got no confirmation"):
        await cluster.client(3).put("g1", "x", "only n1 and n2 would have it")
    await cluster.close()


@simulated
async def test_no_leader_goes_on_acknowledging_alone_because_it_was_away() -> None:
    cluster = SimulatedCluster(1)
    await cluster.configure(SingleLeaderSettings(replication="sync"))
    await cluster.order("replicate", "async")
    await cluster.kill("n3")
    for _ in range(2):  # said again, it is no other order
        with pytest.raises(ClusterError, match="n3 did not answer; nothing has changed"):
            await cluster.order("replicate", "n2=sync")
    await cluster.restart("n3")
    await cluster.order("replicate", "n2=sync")
    await cluster.order("hand-over", "n3")
    assert (await cluster.status("n3"))["settings"]["synchronous"] == ("n2",)
    await cluster.close()


@simulated
async def test_an_order_that_is_refused_stops_no_writes() -> None:
    cluster = SimulatedCluster(1)
    await cluster.configure(SingleLeaderSettings(replication="sync", synchronous=("n2",)))
    await cluster.kill("n3")
    with pytest.raises(ClusterError, match="n3"):
        await cluster.order("replicate", "sync")
    await cluster.client(3).put("g1", "x", "n2 is enough")
    await cluster.close()


@simulated
async def test_of_two_orders_at_once_no_failover_counts_on_the_one_that_no_leader_follows() -> None:
    cluster = SimulatedCluster(1)
    await cluster.configure(SingleLeaderSettings(replication="quorum-ack"))
    for link in links_between(cluster.links, ("n1", "n2"), ("n3",)):
        await cluster.set_link(link, CUT)
    await cluster.client(3).put("g1", "x", "n3 does not have it")
    stronger = asyncio.create_task(cluster.order("replicate", "sync"))
    await until(lambda: cluster.glance("n1")["settings"]["replication"] == "sync")
    assert await cluster.order("replicate", "quorum-ack") == "n1"
    with pytest.raises(ClusterError, match="another order came in between, and n1 follows that"):
        await stronger
    assert (await cluster.status("controller"))["settings"]["replication"] == "quorum-ack"
    await cluster.close()
