"""Homes in two datacenters, and the line between them is cut. Whose answers does a quorum need?

Each key has six homes, three in each datacenter. `global-quorum` counts them all: four must answer, so
neither side has enough, and nobody can read or write until the line is back; before that, every request had
waited for the other side. `local-quorum` needs two of the three homes in its own datacenter. The write goes
to the others as well, but nobody waits for them; what did not get through they take from one another later,
by anti-entropy. Users of one side do not see what those of the other write until then.

To watch in the logs: `too-few-answers got=3 needed=4 of=6` on the gateways, `anti-entropy` on the homes
afterwards. The measures have the time of a read at each gateway, `read_ms_g1`.

In the wild: LOCAL_QUORUM and EACH_QUORUM of Cassandra and ScyllaDB; Riak's replication between clusters;
Voldemort's zones.
"""

from chaos.catalogue.scenario import Scenario, problem, remedy
from chaos.cluster.shape import Shape
from chaos.faults.far_apart import FarApart
from chaos.faults.partition import Partition
from chaos.running.run import Run
from chaos.workloads import register

EAST, WEST = ("n1", "n2", "n3", "g1"), ("n4", "n5", "n6", "g2")
FAR_S = 0.1
CUT_S = 4.0


async def script(run: Run) -> None:
    """The datacenters are far apart, and then cut off from each other for a while."""
    await run.acknowledged(20)
    async with run.fault(FarApart((EAST, WEST), FAR_S)):
        await run.acknowledged(20)
        await run.read(40)
        async with run.fault(Partition((EAST, WEST))):
            await run.traffic(CUT_S)
    await run.acknowledged(20)


SCENARIO = Scenario(
    id="multi-datacenter-quorum",
    section="E",
    title="A quorum across all datacenters, or within one's own",
    script=script,
    workload=register.reads_and_writes(keys=8, clients=12, rate_per_s=80, write_fraction=0.4),
    checkers=("unavailable",),
    bounds_ms={"unavailable": 2500},
    needs=frozenset({"links"}),
    settings={"family": "leaderless", "n": 6, "datacenters": (EAST, WEST), "anti_entropy": True},
    shape=Shape(replicas=6),
    variants=(
        problem("global-quorum", finds=["unavailable"], w=4, r=4),
        remedy("local-quorum", also=["lost-write", "diverged-replicas"], quorum="local", w=2, r=2),
    ),
)

if __name__ == "__main__":
    from chaos.cli import run_scenario

    run_scenario(SCENARIO.id)
