"""One follower synchronous, the other not, as in the chapter's figure; and the order that changes it."""

import pytest

from chaos.catalogue.scenario import Scenario, remedy
from chaos.cluster import CUT, HEALTHY, ClusterError, WrongUsageError
from chaos.cluster.links import Link
from chaos.faults.cut import Cut
from chaos.faults.kill import Kill
from chaos.running.run import Run
from chaos.runtimes.simulation import SimulatedCluster
from chaos.workloads import register
from chaos.workloads.client import ClientError
from services.settings.single_leader import SingleLeaderSettings
from tests.simulation.stories import accused, played
from tests.world.virtually import simulated

FIGURE = SingleLeaderSettings(replication="sync", synchronous=("n2",))


@simulated
async def test_a_write_waits_for_the_one_that_is_named_until_an_order_names_the_other() -> None:
    cluster = SimulatedCluster(1)
    await cluster.configure(FIGURE)
    client = cluster.client(3)
    assert (await cluster.status("n1"))["waits_for"] == ("n2",)
    await cluster.set_link(Link("n1", "n3"), CUT)
    await client.put("g1", "x", "n3 is not waited for")
    await cluster.set_link(Link("n1", "n3"), HEALTHY)
    await cluster.set_link(Link("n1", "n2"), CUT)
    with pytest.raises(ClientError, match="sync replication got no confirmation"):
        await client.put("g1", "x", "nobody else will do")
    assert await cluster.order("replicate", "n2=async,n3=sync") == "n1"
    answer = await client.put("g1", "x", "n3 is")
    assert (answer.node, answer.epoch) == ("n1", 1), "it goes on leading"
    assert (await cluster.status("n1"))["waits_for"] == ("n3",)
    assert (await cluster.status("controller"))["settings"]["synchronous"] == ("n3",)
    await cluster.close()


@simulated
async def test_an_order_that_would_mislead_a_failover_is_refused() -> None:
    """A failover under `sync` takes any replica: so each must have what was acknowledged before."""
    cluster = SimulatedCluster(1)
    await cluster.configure(FIGURE)
    with pytest.raises(WrongUsageError, match="there are: n2, n3"):
        await cluster.order("replicate", "n9=sync")
    await cluster.kill("n3")
    with pytest.raises(ClusterError, match="n3"):
        await cluster.order("replicate", "sync")
    assert (await cluster.status("controller"))["settings"]["synchronous"] == ("n2",)
    await cluster.restart("n3")
    await cluster.order("replicate", "sync")
    assert (await cluster.status("controller"))["settings"]["synchronous"] == ()
    await cluster.close()


async def changes_and_dies(run: Run) -> None:
    """The other follower is named while clients write, and then only that one hears of the last writes."""
    await run.acknowledged(25)
    await run.cluster.order("replicate", "n3=sync")
    async with run.fault(Cut("n1", "n2")):
        await run.acknowledged(15)
        async with run.fault(Kill("n1")):
            await run.promoted(other_than="n1")
            await run.acknowledged(15)
    await run.acknowledged(15)


STORY = Scenario(
    id="named-followers",
    section="A",
    title="Who is synchronous changes, and the leader dies",
    script=changes_and_dies,
    workload=register.write_once(clients=6, rate_per_s=100),
    checkers=("lost-write", "split-brain", "diverged-replicas"),
    settings={"replication": "sync", "synchronous": ("n2",)},
    variants=(remedy("held"),),
)


@pytest.mark.parametrize("seed", range(1, 6))
def test_what_was_acknowledged_survives_the_leader(seed: int) -> None:
    verdict, _ = played(STORY, seed)
    assert not accused(verdict)
