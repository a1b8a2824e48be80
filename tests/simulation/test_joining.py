"""A new follower joins by hand, while the cluster is written to."""

from pathlib import Path

import pytest

from chaos.by_hand.joining import join
from chaos.cluster import ClusterError
from chaos.cluster.shape import Shape
from chaos.runtimes.simulation import SimulatedCluster
from services.settings import CommonSettings, settings_of
from services.settings.single_leader import SingleLeaderSettings
from tests.world.virtually import simulated


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it is noted what was done by hand."""
    monkeypatch.setenv("LAB_STATE", str(tmp_path))


@simulated
async def test_it_has_what_was_written_before_and_is_waited_for_from_then_on() -> None:
    cluster = SimulatedCluster(1, Shape(spares=1))
    await cluster.configure(SingleLeaderSettings(replication="sync"))
    client = cluster.client(3)
    await client.put("g1", "x", "before")
    assert await join(cluster, None) == "joined: n4 has a copy of what n1 has, and follows it"
    await client.put("g1", "y", "after")
    held = await cluster.contents("n4")
    assert held["registers"] == {"x": "before", "y": "after"}
    with pytest.raises(ClusterError, match="up --spares 1"):
        await join(cluster, None)
    await cluster.close()


@pytest.mark.parametrize(
    ("settings", "node", "why"),
    [
        ({}, "n2", "n2 is not in reserve; there is n4"),
        ({"family": "leaderless"}, None, "a leaderless cluster takes no new replica"),
        ({"coordination": "election"}, None, "count a majority of those from the start"),
    ],
)
def test_who_cannot_join_is_told_why(settings: dict[str, str], node: str | None, why: str) -> None:
    @simulated
    async def story() -> None:
        cluster = SimulatedCluster(1, Shape(spares=1))
        chosen: CommonSettings = settings_of(settings)
        await cluster.configure(chosen)
        with pytest.raises(ClusterError, match=why):
            await join(cluster, node)
        assert cluster.spares == ("n4",)
        await cluster.close()

    story()
