"""An owner dies and comes back: what it had only in memory is gone."""

from chaos.catalogue.scenario import Scenario, problem, remedy
from chaos.faults.kill import Kill
from chaos.running.run import Run
from chaos.workloads.register import write_once


async def script(run: Run) -> None:
    await run.acknowledged(40)
    async with run.fault(Kill("n2")):
        await run.acknowledged(20)
    await run.acknowledged(20)


SCENARIO = Scenario(
    id="owner-dies",
    section="D",
    title="the owner of a third of all keys dies",
    script=script,
    workload=write_once(clients=4, rate_per_s=100),
    checkers=("lost-write",),
    settings={"family": "owner-per-key"},
    needs=frozenset({"links", "kill", "restart"}),
    variants=(
        problem("in-memory", ["lost-write"], durable=False),
        remedy("on-disk", durable=True),
    ),
)
