"""A newcomer belongs to the cluster in the end, whoever dies on the way there."""

from chaos.cluster import ClusterError, eventually
from chaos.cluster.links import CONTROLLER
from chaos.cluster.shape import Shape
from chaos.runtimes.simulation import SimulatedCluster
from services.settings.single_leader import SingleLeaderSettings
from tests.contract.cluster.waiting import all_hold
from tests.world.virtually import simulated

WITHIN_S = 10.0


async def happened(cluster: SimulatedCluster, event: str) -> None:
    """Raises `ClusterError` until it has."""
    if not any(each.event == event for each in cluster.events()):
        raise ClusterError(f"nobody has said {event}")


@simulated
async def test_a_leader_that_dies_before_the_newcomer_counts_is_not_the_only_one_to_know_of_it() -> None:
    """Found by drawn schedules: only that leader had heard of the newcomer, which then followed nobody."""
    cluster = SimulatedCluster(1, Shape(spares=1))
    await cluster.configure(SingleLeaderSettings())
    client = cluster.client(3)
    await client.put("g1", "x", "before")
    await cluster.enlist("n4")
    await eventually(lambda: happened(cluster, "adds-follower"), WITHIN_S)
    await cluster.kill(await cluster.resolve("leader"))
    await eventually(lambda: happened(cluster, "leader-appointed"), WITHIN_S)

    async def counts() -> None:
        if "n4" not in (await cluster.status(CONTROLLER))["followers"]:
            raise ClusterError("n4 does not count")

    await eventually(counts, WITHIN_S)
    assert [each.event for each in cluster.events()].count("adds-follower") == 2
    await cluster.restart("n1")
    await client.put("g1", "x", "after")
    await eventually(lambda: happened(cluster, "reads-from-newcomer"), WITHIN_S)
    await all_hold(cluster, {"x": "after"})
    await cluster.close()
