"""A hint that grows too old while others are handed over is dropped, however long that takes."""

from chaos.cluster import LinkState
from chaos.cluster.shape import Shape
from chaos.runtimes.registry import RUNTIMES
from chaos.runtimes.simulation import SimulatedCluster
from services.groups.ring import ring_of
from services.settings.leaderless import LeaderlessSettings
from tests.contract.cluster.waiting import link, soon
from tests.world.virtually import simulated

MANY = 30  # hints, of which each takes 0.3 s
SETTINGS = LeaderlessSettings(n=3, w=2, r=2, sloppy=True, hint_ms=2000)


@simulated
async def test_no_hint_is_handed_over_when_its_time_is_up() -> None:
    """By then the tombstone of what it brings may be collected, and a deleted item would come back."""
    cluster = SimulatedCluster(1, shape=Shape(4, 2))
    await cluster.configure(SETTINGS)
    ring = ring_of(cluster.replicas)
    keys = (f"k{number}" for number in range(1000))
    of_n1 = [key for key in keys if set(ring.preference(key, 3)) == {"n1", "n2", "n3"}][:MANY]
    async with RUNTIMES["sim"].client(cluster) as client:
        await cluster.kill("n1")
        for key in of_n1:
            await client.put("g1", key, "old")
        await cluster.set_link(link(cluster, "n4-n1"), LinkState(latency_s=0.3))
        await cluster.restart("n1")

        async def nothing_is_owed() -> None:
            assert (await cluster.status("n4"))["owes"] == 0

        await soon(nothing_is_owed)
        counts = {each.event: each.fields["count"] for each in cluster.events() if "count" in each.fields}
        assert counts["hints-expired"] + counts["handed-home"] == MANY
        assert counts["handed-home"] < MANY / 2
    await cluster.close()
