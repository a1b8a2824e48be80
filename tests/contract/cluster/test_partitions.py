"""Two partitions, each with a leader and a log of its own."""

import pytest

from chaos.cluster import Cluster, ClusterError
from chaos.faults.kill import Kill
from chaos.faults.targets import members
from chaos.recording.recorder import Recorder
from chaos.running.settle import settle
from chaos.workloads.client import Caller, Client, ClientError
from services.settings.single_leader import SingleLeaderSettings
from tests.contract.cluster.waiting import leader_of, soon

PARTITIONS = (("n1",), ("n2", "n3"))
SETTINGS = SingleLeaderSettings(
    partitions=PARTITIONS,
    coordination="election",
    replication="quorum-ack",
    reads="causal-order",
    detection_timeout_ms=2000,  # or a machine with too much to do makes a leader step down between two writes
)
ONE, TWO = "{questions}:1", "{answers}:1"  # keys of the first and of the second partition


async def test_each_key_is_where_it_belongs_and_nowhere_else(cluster: Cluster, client: Client) -> None:
    await cluster.configure(SETTINGS)
    assert cluster.partitions == PARTITIONS
    first, second = list(cluster.gateways)
    written = [await client.put(first, ONE, "why?"), await client.put(second, TWO, "because")]
    leaders = [await leader_of(cluster), await leader_of(cluster, "leader-2")]
    assert [(answer.node, answer.partition) for answer in written] == list(zip(leaders, (1, 2), strict=True))
    assert leaders[0] == "n1"

    async def everybody_has_it() -> None:
        held = {node: (await cluster.contents(node))["registers"] for node in cluster.replicas}
        assert held == {"n1": {ONE: "why?"}, "n2": {TWO: "because"}, "n3": {TWO: "because"}}

    await soon(everybody_has_it)
    assert [(await cluster.contents(node))["partition"] for node in cluster.replicas] == [1, 2, 2]


async def test_roles_are_those_of_a_partition(cluster: Cluster, client: Client) -> None:
    await cluster.configure(SETTINGS)
    leader = await leader_of(cluster, "leader-2")
    (follower,) = {"n2", "n3"} - {leader}
    assert await cluster.resolve("follower-2") == follower
    assert await members(cluster, "followers-2") == (follower,)
    assert await members(cluster, "followers") == ()
    for wrong, words in (("follower", "n1 is the only replica"), ("leader-3", "there is no partition 3")):
        with pytest.raises(ClusterError, match=words):
            await cluster.resolve(wrong)
    assert await cluster.order("hand-over", follower) == follower
    assert await leader_of(cluster) == "n1"


async def test_tokens_go_from_one_partition_to_the_other(cluster: Cluster, client: Client) -> None:
    await cluster.configure(SETTINGS)
    gateway = next(iter(cluster.gateways))
    asked = await client.put(gateway, ONE, "why?", Caller("u1"))
    assert asked.token == f"p1=1.{asked.position}"
    answered = await client.put(gateway, TWO, "because", Caller("u1", asked.token))
    assert answered.token == f"{asked.token},p2={answered.epoch}.{answered.position}"
    seen = await client.get(gateway, TWO, Caller("u2"))
    assert (seen.value, seen.token) == ("because", answered.token)
    for token in ("1.2", "p3=1.1"):
        with pytest.raises(ClientError, match="bad-request") as caught:
            await client.get(gateway, TWO, Caller("u2", token))
        assert caught.value.definite


async def test_they_settle_each_for_itself(cluster: Cluster, client: Client) -> None:
    await cluster.configure(SETTINGS)
    gateway = next(iter(cluster.gateways))
    for number in range(5):
        await client.put(gateway, f"{{answers}}:{number}", number)
    async with Kill("n1").applied(cluster):
        await client.put(gateway, TWO, "because")  # the other partition does without
    events: list[object] = []
    await settle(cluster, Recorder(events, lambda: 0), lambda *_: None)  # type: ignore[arg-type]
    places = [{str((await cluster.status(node))["position"]) for node in group} for group in PARTITIONS]
    assert [len(some) for some in places] == [1, 1]
    assert places[0] != places[1]
