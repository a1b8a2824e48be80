"""A failover undoes changes that a consumer outside the cluster has already applied.

Replication is asynchronous, and the leader dies with prices that no follower has. The consumer had them: they
were acknowledged. Its successor counts on from an older place in the log, so the same numbers mean other
changes there.

`by-number` remembers how far it has come as a number alone. It goes on from there as if nothing had happened:
what it has above the place where the logs part is in no database any more, and what the new leader wrote at
those numbers it never hears of. `by-position` keeps the epoch beside the number and lets the leader hold
that against its log, as a follower does. The leader does not have it, so the consumer goes back to where both
agree, undoes what came after, and takes the new leader's changes. `outbox` does the same with the rows
of an outbox, whose keys are handed out a second time as well.

To watch in the logs: `changes-undone` on the consumer, with the place that it leaves and the one that it goes
back to.

In the wild: MySQL's replicas knew file and offset only, and had to be placed anew by hand after a failover,
until GTIDs told who wrote what; PostgreSQL's timelines are for that, and its logical slots were lost with
the primary before version 17. Debezium's documentation names what a connector does then: a new snapshot.
"""

from chaos.catalogue.scenario import Scenario, problem, remedy
from chaos.cluster.shape import Companion, Shape
from chaos.faults.cut import Cut
from chaos.faults.kill import Kill
from chaos.running.run import Run
from chaos.workloads import stock


async def script(run: Run) -> None:
    """Cut the leader from its followers, let the consumer take over what only it has, and kill it."""
    await run.acknowledged(30)
    leader = await run.leader()
    one, other = run.followers(leader)
    async with run.fault(Cut(leader, one, one_way=True)), run.fault(Cut(leader, other, one_way=True)):
        await run.acknowledged(15, by=leader)
        await _taken_over(run, leader)
        async with run.fault(Kill(leader)):
            successor = await run.promoted(other_than=leader)
            await run.acknowledged(40, by=successor)
    await run.acknowledged(10)


async def _taken_over(run: Run, leader: str) -> None:
    """Wait until the consumer has all that `leader` has acknowledged so far."""
    (consumer,) = run.cluster.companions
    acknowledged = (await run.cluster.status(leader))["acknowledged"]

    async def has_it() -> bool:
        return bool((await run.cluster.status(consumer))["position"][1] >= acknowledged)

    await run.comes_true(f"{consumer} has taken over what nobody but {leader} has", has_it)


SCENARIO = Scenario(
    id="undone-changes",
    section="B",
    title="A failover undoes changes that a consumer has already applied",
    script=script,
    workload=stock.prices(clients=8, rate_per_s=50),
    checkers=("missed-change", "phantom-change", "repeated-change", "diverged-copy"),
    settings={"replication": "async"},
    shape=Shape(companions=(Companion("index", "indexer"),)),
    needs=frozenset({"links", "kill", "restart"}),
    variants=(
        problem("by-number", finds=["missed-change", "phantom-change"], feed="log", feed_epochs=False),
        remedy("by-position", feed="log"),
        remedy("outbox", feed="outbox", shape=Shape(companions=(Companion("carrier", "carrier"),))),
    ),
)

if __name__ == "__main__":
    from chaos.cli import run_scenario

    run_scenario(SCENARIO.id)
