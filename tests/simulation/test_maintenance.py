"""A planned stop: whoever leads, and by whatever rule, writes go on at once; nobody waits for a timeout."""

import asyncio
from pathlib import Path

import pytest

from chaos.by_hand import maintenance
from chaos.cluster import ClusterError
from chaos.cluster.shape import Shape
from chaos.runtimes.simulation import SimulatedCluster
from services.settings.single_leader import Replication, SingleLeaderSettings
from tests.world.virtually import simulated

AT_ONCE_S = 0.35  # much less than it takes to find out that somebody is silent, or slow


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it is remembered who is out."""
    monkeypatch.setenv("LAB_STATE", str(tmp_path))


async def _goes_on(cluster: SimulatedCluster, value: str) -> None:
    """A write is acknowledged at once."""
    began_s = asyncio.get_running_loop().time()
    await cluster.client(3).put("g1", "x", value)
    assert asyncio.get_running_loop().time() - began_s < AT_ONCE_S


@pytest.mark.parametrize("node", ["n1", "n2", "n3"])
@pytest.mark.parametrize(
    ("rule", "named"),
    [("async", ()), ("sync", ()), ("sync", ("n2",)), ("semi-sync", ()), ("quorum-ack", ())],
)
def test_a_node_goes_and_comes_back(node: str, rule: Replication, named: tuple[str, ...]) -> None:
    @simulated
    async def story() -> None:
        cluster = SimulatedCluster(1)
        await cluster.configure(SingleLeaderSettings(replication=rule, synchronous=named))
        await _goes_on(cluster, "before")
        said = await maintenance.begin(cluster, node)
        assert said.endswith(f"stopped for maintenance: {node}")
        assert ("leads now" in said) is (node == "n1")
        await _goes_on(cluster, "meanwhile")
        assert await cluster.resolve("leader") != node
        failovers = [event for event in cluster.events() if "silent" in str(event.fields.get("reason"))]
        assert not failovers
        assert f"back from maintenance: {node}" in await maintenance.end(cluster, node)
        await _goes_on(cluster, "after")
        settings = (await cluster.status("controller"))["settings"]
        assert (settings["replication"], settings["synchronous"]) == (rule, named)
        await cluster.close()

    story()


@simulated
async def test_nothing_is_stopped_where_the_rest_could_not_go_on() -> None:
    cluster = SimulatedCluster(1, Shape(replicas=2))
    await cluster.configure(SingleLeaderSettings(replication="semi-sync"))
    with pytest.raises(ClusterError, match="semi-sync needs 2 to go on"):
        await maintenance.begin(cluster, "n2")
    with pytest.raises(ClusterError, match="there are: n1, n2"):
        await maintenance.begin(cluster, "n9")
    with pytest.raises(ClusterError, match="nobody was"):
        await maintenance.end(cluster, "n2")
    assert await cluster.process_state("n2") == "running"
    await cluster.close()
