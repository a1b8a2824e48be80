"""Whom a semi-synchronous leader waits for, when a follower is slow and not silent."""

import asyncio

from chaos.cluster import LinkState
from chaos.cluster.links import Link
from chaos.runtimes.simulation import SimulatedCluster
from services.settings.single_leader import SingleLeaderSettings
from tests.world.virtually import simulated

WRITES = 20
SLOW_S = 0.3  # a record; less than the semi-synchronous timeout, so that it is never silent for that long


@simulated
async def test_a_follower_that_confirms_steadily_but_too_late_is_replaced() -> None:
    """Found by a starved machine: nearly every write waited in vain, while another follower had them all."""
    cluster = SimulatedCluster(1)
    settings = SingleLeaderSettings(replication="semi-sync", batch_entries=1)
    await cluster.configure(settings)
    assert settings.semi_sync_timeout_ms / 1000 > SLOW_S
    client = cluster.client(3)
    await client.put("g1", "x", "before")
    await cluster.set_link(Link("n1", "n2"), LinkState(latency_s=SLOW_S))
    began_s = asyncio.get_running_loop().time()
    await asyncio.gather(*(client.put("g1", f"k{number}", number) for number in range(WRITES)))
    assert asyncio.get_running_loop().time() - began_s < WRITES * SLOW_S / 4
    replaced = [each.fields for each in cluster.events() if each.event == "synchronous-follower-replaced"]
    assert [(each["was"], each["now"]) for each in replaced] == [("n2", "n3")]
    await cluster.close()
