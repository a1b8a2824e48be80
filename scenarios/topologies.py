"""Five leaders, one of which dies: how do the others' changes reach the rest?

Each leader takes its own clients' writes. In `all-to-all` it sends them to everybody. In a `ring` it sends
them to its neighbour, who hands them on, and in a `star` to the one in the middle: fewer ways, and each of
them is needed. When n1 dies, which is a link of the ring and the middle of the star, changes stop in front of
it. `ring-rerouted` closes without whoever does not answer, and takes him in again later.

Each change carries the name of the leader that took it, and its number there, so it is known when it comes
round. With `no-origin-tags` it is taken for new at each stop, and runs round for ever: titles that had
replaced each other chase one another through the ring, which is so wide here that one can watch it. (Each
change stops after 100 hops, twenty rounds, or no run would end.)

Every run ends with everybody alive, and then everybody gets everything. So `missed-change` is judged by what
clients read meanwhile: at a leader that nothing had struck, a register that another one, which nothing had
struck either, had acknowledged more than three seconds before. That is five times what it takes to notice a
death. What n1 itself had acknowledged and not passed on is not counted.

To watch: `./lab status`, where the vectors of the leaders drift apart and what is owed grows.

In the wild: rings of MySQL servers, which know their own changes by the server's number, and where a change
runs for ever when its server is taken out of the ring; PostgreSQL's `origin = none` for the same; stars of
GoldenGate; all-to-all in BDR.
"""

from chaos.catalogue.scenario import Scenario, problem, remedy
from chaos.cluster.shape import Shape
from chaos.faults.far_apart import FarApart
from chaos.faults.kill import Kill
from chaos.running.run import Run
from chaos.workloads import register

BOUND_MS = 3000
HOP_S = 0.05


async def script(run: Run) -> None:
    """One of five dies; clients of the others write and read until the bound is over for many writes."""
    await run.acknowledged(30)
    async with run.fault(Kill("n1")):
        await run.acknowledged(20)
        await run.traffic(BOUND_MS / 1000)
        await run.read(300)
    await run.acknowledged(20)


async def round_and_round(run: Run) -> None:
    """The leaders are far from each other, and clients look at a few registers; then one of them dies."""
    await run.read(60)
    async with run.fault(FarApart(tuple((node,) for node in run.cluster.replicas), HOP_S)):
        await run.acknowledged(6)
        await run.read(400)
    async with run.fault(Kill("n1")):
        await run.acknowledged(2)
    await run.read(60)


ONCE = register.write_once(clients=20, rate_per_s=80, write_fraction=0.25)
FEW = register.reads_and_writes(keys=2, clients=20, rate_per_s=120, write_fraction=0.02)

SCENARIO = Scenario(
    id="topologies",
    section="D",
    title="How changes travel from leader to leader",
    script=script,
    workload=ONCE,
    checkers=("missed-change", "replication-loop", "lost-write", "diverged-replicas"),
    shape=Shape(replicas=5, gateways=5),
    needs=frozenset({"links", "kill", "restart"}),
    settings={"family": "multi-leader", "conflicts": "lww"},
    bounds_ms={"missed-change": BOUND_MS},
    variants=(
        problem("ring", finds=["missed-change"], topology="ring"),
        problem("star", finds=["missed-change"], topology="star"),
        remedy("all-to-all"),
        problem(
            "no-origin-tags",
            finds=["replication-loop"],
            topology="ring",
            origin_tags=False,
            most_hops=100,
            script=round_and_round,
            workload=FEW,
        ),
        remedy("ring-rerouted", topology="ring-rerouted"),
    ),
)

if __name__ == "__main__":
    from chaos.cli import run_scenario

    run_scenario(SCENARIO.id)
