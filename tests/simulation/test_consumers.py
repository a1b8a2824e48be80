"""Consumers beside the cluster, whose place in the log is lost: undone by a failover, or trimmed."""

import asyncio
from collections.abc import Mapping
from functools import partial
from typing import Any

import pytest

from chaos.cluster import CUT, HEALTHY, ClusterError, eventually, links_between
from chaos.cluster.shape import Companion, Shape
from chaos.runtimes.simulation import SimulatedCluster
from chaos.workloads.client import ClientError
from services.settings.single_leader import FeedKind, SingleLeaderSettings
from tests.world.virtually import simulated

SET_PRICE = (
    "INSERT INTO items(name, price) VALUES (?, ?) ON CONFLICT(name) DO UPDATE SET price = excluded.price"
)
NAMES = ("tea", "milk", "salt")
WITHIN_S = 10.0


def shape(role: str) -> Shape:
    return Shape(companions=(Companion("copy", role),))


async def prices(cluster: SimulatedCluster, first: int, count: int) -> None:
    """So many changes of price, each acknowledged."""
    client = cluster.client(3)

    async def set_price(price: int) -> None:
        try:
            await client.sql("g1", ((SET_PRICE, (NAMES[price % len(NAMES)], price)),))
        except ClientError as error:
            raise ClusterError(error.text) from error

    for price in range(first, first + count):
        await eventually(partial(set_price, price), WITHIN_S)


async def as_on(cluster: SimulatedCluster, replica: str) -> Mapping[str, Any]:
    """What the consumer has, as soon as that is what `replica` has."""

    async def must_be_alike() -> Mapping[str, Any]:
        copy, truth = await cluster.contents("copy"), (await cluster.contents(replica))["tables"]
        rows = {key: {"price": row["price"]} for key, row in truth.items() if key.startswith("items/")}
        if copy["tables"] != rows:
            raise ClusterError(f"the consumer has {copy['tables']}, {replica} {rows}")
        return copy

    return await eventually(must_be_alike, WITHIN_S)


def said(cluster: SimulatedCluster, event: str) -> list[Mapping[str, Any]]:
    return [line.fields for line in cluster.events() if (line.node, line.event) == ("copy", event)]


@pytest.mark.parametrize("feed", ["log", "outbox", "outbox-keys", "poll"])
@pytest.mark.parametrize("role", ["indexer", "carrier"])
def test_what_a_failover_has_undone_is_undone(role: str, feed: FeedKind) -> None:
    async def story() -> None:
        cluster = SimulatedCluster(1, shape(role))
        await cluster.configure(SingleLeaderSettings(replication="async", feed=feed))
        await prices(cluster, 1, 30)
        leader = await cluster.resolve("leader")
        others = [node for node in cluster.replicas if node != leader]
        await as_on(cluster, others[0])
        for link in links_between(cluster.links, [leader], others):
            await cluster.set_link(link, CUT)
        await prices(cluster, 101, 6)
        before = await as_on(cluster, leader)
        await cluster.kill(leader)
        await prices(cluster, 201, 1)
        after = await as_on(cluster, await cluster.resolve("leader"))
        learned = {price for _, price in before["sets"]["changes/items"]}
        kept = {price for _, price in after["sets"]["changes/items"]}
        assert learned >= {104, 105, 106}
        assert max(kept) == 201 and not kept & set(range(101, 107))
        (line,) = said(cluster, "changes-undone")
        assert line["changes"] > 0 and line["was"].startswith("1.")
        assert not said(cluster, "took-a-snapshot")
        await cluster.close()

    simulated(story)()


@pytest.mark.parametrize("role", ["indexer", "carrier"])
def test_a_trimmed_place_means_a_new_snapshot(role: str) -> None:
    async def story() -> None:
        cluster = SimulatedCluster(1, shape(role))
        await cluster.configure(SingleLeaderSettings(log_retention_entries=20))
        await prices(cluster, 1, 10)
        await as_on(cluster, "n1")
        await cluster.kill("copy")
        await prices(cluster, 11, 60)

        async def must_be_trimmed() -> None:
            if not any(event.event == "log-trimmed" and event.node == "n1" for event in cluster.events()):
                raise ClusterError("nothing was trimmed")

        await eventually(must_be_trimmed, WITHIN_S)
        await cluster.restart("copy")
        await as_on(cluster, "n1")
        await prices(cluster, 101, 5)
        copy = await as_on(cluster, "n1")
        (line,) = said(cluster, "took-a-snapshot")
        assert line["rows"] == len(NAMES) and "trimmed" in line["reason"]
        kept = [price for _, price in copy["sets"]["changes/items"]]
        assert sorted(kept) == [68, 69, 70, *range(101, 106)]
        await cluster.close()

    simulated(story)()


@simulated
async def test_an_old_leader_is_not_believed() -> None:
    """It does not know yet that it is over, and would answer the consumer."""
    cluster = SimulatedCluster(1, shape("indexer"))
    await cluster.configure(SingleLeaderSettings(replication="async"))
    await prices(cluster, 1, 10)
    old = await cluster.resolve("leader")
    others = [node for node in (*cluster.replicas, "g1", "g2", "controller") if node != old]
    to_old = links_between(cluster.links, [old], [*others, "copy"])
    for link in to_old:
        await cluster.set_link(link, CUT)
    await prices(cluster, 101, 10)
    new = await cluster.resolve("leader")
    assert new != old
    seen = await as_on(cluster, new)
    for link in links_between(cluster.links, ["copy"], [new]):
        await cluster.set_link(link, CUT)
    for link in links_between(cluster.links, ["copy"], [old]):
        await cluster.set_link(link, HEALTHY)
    assert (await cluster.status(old))["role"] == "leader"
    await asyncio.sleep(3)
    assert (await cluster.contents("copy"))["sets"] == seen["sets"]
    assert not said(cluster, "changes-undone")
    await cluster.close()
