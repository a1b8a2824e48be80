"""Looking at a cluster and giving it orders: configure, resolve, status, contents, events, close."""

import httpx
import pytest
from msgspec.structs import replace

from chaos.cluster import HEALTHY, Cluster, ClusterError, LinkState
from chaos.cluster.links import CONTROLLER
from chaos.cluster.shape import DEFAULT
from chaos.faults.upgrade import Upgrade
from chaos.runtimes.registry import RUNTIMES
from chaos.workloads.client import Client
from tests.contract.cluster.conftest import PATIENT
from tests.contract.cluster.waiting import all_hold, link, soon


async def test_what_is_written_through_one_gateway_is_read_through_another(
    cluster: Cluster, client: Client
) -> None:
    first, second = list(cluster.gateways)
    written = await client.put(first, "x", 7)
    read = await client.get(second, "x")
    assert (read.value, read.node) == (7, written.node)
    assert written.node == await cluster.resolve("leader")
    await all_hold(cluster, {"x": 7})


async def test_sets(cluster: Cluster, client: Client) -> None:
    gateway = next(iter(cluster.gateways))
    for element in (2, 1, 2):
        await client.add(gateway, "s", element)
    assert sorted((await client.members(gateway, "s")).value) == [1, 2]
    assert (await cluster.contents(await cluster.resolve("leader")))["sets"] == {"s": [1, 2]}


async def test_configure_begins_again_on_empty_data(cluster: Cluster, client: Client) -> None:
    gateway = next(iter(cluster.gateways))
    await client.put(gateway, "x", 7)
    settings = replace(PATIENT, replication="quorum-ack", reads="any")
    await cluster.configure(settings)
    assert (await client.get(gateway, "x")).value is None
    for node in (*cluster.replicas, *cluster.gateways, CONTROLLER):
        status = await cluster.status(node)
        assert status["settings"]["replication"] == "quorum-ack", node
        assert status["epoch"] == 1, node
    await all_hold(cluster, {})


async def test_an_upgrade_takes_the_data_along_into_the_other_format(
    cluster: Cluster, client: Client
) -> None:
    await client.put(next(iter(cluster.gateways)), "x", 7)
    await all_hold(cluster, {"x": 7})
    async with Upgrade("n2").applied(cluster):
        assert await cluster.process_state("n2") == "dead"
    await all_hold(cluster, {"x": 7})
    said = [event.event for event in cluster.events() if event.node == "n2"]
    assert "upgraded" in said[said.index("stores-differently") :]
    assert tuple((await cluster.status("n2"))["settings"]["new_format"]) == ("n2",)
    with pytest.raises(ClusterError, match="there is no replica 'g1'"):
        await cluster.order("prepare-upgrade", "g1")


async def test_configure_heals_and_revives(cluster: Cluster, client: Client) -> None:
    await cluster.set_link(link(cluster, "n1-n2"), LinkState(cut_replies=True))
    await cluster.kill("n2")
    await cluster.pause("n3")
    await cluster.kill(CONTROLLER)
    await cluster.configure(PATIENT)
    for node in (*cluster.replicas, CONTROLLER):
        assert await cluster.process_state(node) == "running"
    assert await cluster.link_state(link(cluster, "n1-n2")) == HEALTHY
    await client.put(next(iter(cluster.gateways)), "x", 1)
    await all_hold(cluster, {"x": 1})


async def test_names_and_roles(cluster: Cluster) -> None:
    leader, follower = await cluster.resolve("leader"), await cluster.resolve("follower")
    assert leader in cluster.replicas and follower in cluster.replicas and leader != follower
    assert await cluster.resolve("n3") == "n3"
    assert await cluster.resolve(CONTROLLER) == CONTROLLER
    with pytest.raises(ClusterError, match="'n9'"):
        await cluster.resolve("n9")
    with pytest.raises(ClusterError, match="'n9'"):
        await cluster.process_state("n9")


async def test_status(cluster: Cluster) -> None:
    leader = await cluster.resolve("leader")
    roles = {node: (await cluster.status(node))["role"] for node in (*cluster.replicas, *cluster.gateways)}
    assert [node for node, role in roles.items() if role == "leader"] == [leader]
    assert {roles[gateway] for gateway in cluster.gateways} == {"gateway"}
    for node in roles:
        assert (await cluster.status(node))["leader"] == leader


async def test_events_are_the_nodes_log_lines_in_time_order(cluster: Cluster) -> None:
    leader = await cluster.resolve("leader")

    async def all_is_told() -> None:
        events = cluster.events()
        assert list(events) == sorted(events, key=lambda event: event.time_s)
        assert {event.node for event in events} >= {*cluster.replicas, *cluster.gateways, CONTROLLER}
        promoted, appointed = (
            [event for event in events if event.event == name][-1]
            for name in ("promoted", "leader-appointed")
        )
        assert promoted.node == appointed.fields["leader"] == leader
        assert promoted.time_s < appointed.time_s

    await soon(all_is_told)


@pytest.mark.parametrize("runtime", ["local"])
async def test_close_leaves_nobody_listening(runtime: str) -> None:
    alone = RUNTIMES[runtime].cluster(DEFAULT, seed=1)
    async with alone as cluster, httpx.AsyncClient(trust_env=False) as http:
        for url in cluster.gateways.values():
            assert (await http.get(f"{url}/health")).status_code == 200
    async with httpx.AsyncClient(trust_env=False) as http:
        for url in cluster.gateways.values():
            with pytest.raises(httpx.ConnectError):
                await http.get(f"{url}/health")
