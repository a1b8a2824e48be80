"""Three datacenters far apart, each with its own users, and one of them is cut off.

With one leader every write goes to its datacenter: users elsewhere wait for the long way there and back
each time, and a datacenter that is cut off can do nothing, though its machines are all well. With a leader
in each (and here with nothing else in it) a write is done when it is on the disk next door; the changes go
to the others afterwards, and what the long line does to them no user feels. Each datacenter goes on while
it is cut off, and when the line is back all of them come to the same, with a conflict for each title that
was changed on both sides.

`single-leader` fails over where the leader was cut off, and still leaves the users there with nothing.
`multi-leader` keeps every door open. The report says how long reads and writes took at each gateway
(`write_ms_g1` …): `./lab report multi-datacenter:single-leader multi-datacenter:multi-leader`.

In the wild: MySQL with Tungsten Replicator, PostgreSQL with BDR, Oracle with GoldenGate; DynamoDB's global
tables.
"""

from chaos.catalogue.scenario import Scenario, problem, remedy
from chaos.cluster.shape import Shape
from chaos.faults.far_apart import FarApart
from chaos.faults.partition import Partition
from chaos.running.run import Run
from chaos.workloads import wiki

FIRST, SECOND, THIRD = DATACENTERS = (("n1", "g1"), ("n2", "g2"), ("n3", "g3"))
CUT_S = 5.0


async def script(run: Run) -> None:
    """The lines become long between all of them, and for a while there is none to the first."""
    await run.acknowledged(25)
    async with run.fault(FarApart(DATACENTERS, latency_s=0.1)):
        await run.acknowledged(20)
        async with run.fault(Partition((FIRST, ("rest",)))):
            await run.clients.run(CUT_S)
        await run.acknowledged(20)


SCENARIO = Scenario(
    id="multi-datacenter",
    section="D",
    title="Datacenters far apart, one of which is cut off",
    script=script,
    workload=wiki.titles(pages=8, clients=9, rate_per_s=45),
    checkers=("unavailable", "lost-write", "diverged-replicas"),
    bounds_ms={"unavailable": 3500},
    shape=Shape(replicas=3, gateways=3),
    settings={"datacenters": DATACENTERS},
    variants=(
        problem("single-leader", finds=["unavailable"], replication="quorum-ack", lease=True),
        remedy("multi-leader", family="multi-leader", conflicts="record"),
    ),
)

if __name__ == "__main__":
    from chaos.cli import run_scenario

    run_scenario(SCENARIO.id)
