"""Why keep the same data on several machines? The chapter's three reasons, one after the other, measured.

*To be near*: the users of the second gateway are far away (150 ms) from all replicas but one. Without copies
each of their reads pays for the distance; with a copy on their side it does not.
*To spread reads*: each node serves so many requests a second and no more. The clients ask for more than one
can serve: the queue grows, and what does not fit is refused. Several copies share the reads.
*To survive*: then the leader dies for a few seconds. A single copy is gone for as long as its machine;
where there are others the reads go on at once, and the writes after a failover.

Writes are not on the list. Every copy has to do every write, and they all go through one leader: copies make
writes slower, if anything.

To watch: `overloaded` refusals while there is one copy, then nothing but failures after `killed`; with three,
reads answered throughout, `failover-begun` and `leader-appointed`. The measures have the time of a read at
each gateway, reads a second, and the part of all requests that was answered; `benchmarks/why_replicate.py`
draws them for one to five replicas.

In the wild: PostgreSQL's and MySQL's read replicas, one for each region; MongoDB's read preference `nearest`.
"""

from contextlib import AsyncExitStack

from chaos.catalogue.scenario import Scenario, problem, remedy
from chaos.cluster.shape import Shape
from chaos.faults.kill import Kill
from chaos.faults.slow import Slow
from chaos.running.run import Run
from chaos.workloads import register

FAR_S = 0.15
DEAD_S = 5.0  # much longer than a failover takes


async def script(run: Run) -> None:
    """Users far away and more reads than one node can serve; then the leader dies for a while."""
    await run.acknowledged(20)
    leader, gateway = await run.leader(), list(run.cluster.gateways)[-1]
    near = run.followers(leader)[-1:]
    async with AsyncExitStack() as far:
        for replica in run.cluster.replicas:
            if replica not in near:
                await far.enter_async_context(run.fault(Slow(gateway, replica, FAR_S, one_way=True)))
        await run.read(300)
        async with run.fault(Kill(leader)):
            await run.traffic(DEAD_S)
        await run.acknowledged(20)


SCENARIO = Scenario(
    id="why-replicate",
    section="A",
    title="Copies that are near, that share the reads, and that survive",
    script=script,
    workload=register.reads_and_writes(keys=20, clients=24, rate_per_s=140, write_fraction=0.1),
    checkers=("unavailable",),
    bounds_ms={"unavailable": 3500},
    needs=frozenset({"links", "kill", "restart"}),
    settings={"capacity_per_s": 100, "reads": "nearest"},
    variants=(
        problem("single-copy", finds=["unavailable"], shape=Shape(replicas=1)),
        remedy("replicated", shape=Shape(replicas=3)),
    ),
)

if __name__ == "__main__":
    from chaos.cli import run_scenario

    run_scenario(SCENARIO.id)
