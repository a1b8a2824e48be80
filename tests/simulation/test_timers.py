"""The timers that decide who leads, as nodes tell them: full while all is well, and then they run down."""

import asyncio

from chaos.cluster import CUT, links_touching
from chaos.runtimes.simulation import SimulatedCluster
from services.settings.single_leader import SingleLeaderSettings
from services.single_leader.timers import step
from tests.world.virtually import simulated

FULL = 4


def test_steps_are_coarse() -> None:
    assert [step(share) for share in (1, 0.61, 0.5, 0.4, 0.1, 0, -1)] == [4, 4, 3, 2, 1, 0, 0]


@simulated
async def test_a_lease_and_the_controllers_patience() -> None:
    cluster = SimulatedCluster(7)
    await cluster.configure(SingleLeaderSettings(replication="semi-sync", lease=True))
    for _ in range(100):
        await asyncio.sleep(0.02)
        assert (await cluster.status("n1"))["timers"] == {"lease": FULL}
        assert set((await cluster.status("controller"))["watches"].values()) == {FULL}
    for link in links_touching(cluster.links, "n1"):
        if "lab" not in (link.source, link.target):
            await cluster.set_link(link, CUT)
    seen = await told(cluster, "n1", "timers", "lease")
    assert seen == sorted(seen, reverse=True) and {FULL, 0} <= set(seen)
    await cluster.close()


@simulated
async def test_a_follower_that_elects_waits_for_its_leader() -> None:
    cluster = SimulatedCluster(7)
    await cluster.configure(SingleLeaderSettings(replication="semi-sync", coordination="election"))
    leader = await cluster.resolve("leader")
    follower = next(node for node in cluster.replicas if node != leader)
    assert (await cluster.status(follower))["timers"] == {"detection": FULL}
    await cluster.kill(leader)
    assert {FULL, 3, 2, 1} <= set(await told(cluster, follower, "timers", "detection"))
    await cluster.close()


async def told(cluster: SimulatedCluster, node: str, where: str, timer: str) -> list[int]:
    """What it says of that timer again and again, for two seconds or until it has no such timer any more."""
    seen = []
    for _ in range(100):
        await asyncio.sleep(0.02)
        left = (await cluster.status(node))[where].get(timer)
        if left is None:
            break
        seen.append(left)
    return seen
