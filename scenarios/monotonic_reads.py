"""A user reloads a page and sees less than before: time seems to go backwards.

One follower is up to date, the other is cut off from the leader and lags. Each reload may be
answered by another replica, so what was there a moment ago is gone again. Nobody lied: both are true states
of the past, shown in the wrong order. Then the good follower dies.

`random-replica` shows it. `sticky` sends each user to the same replica always, chosen by a hash of the
user's name. A single replica never goes back (unless its disk is restored from an old copy), and while it is
dead its users get an error. To spare them that, `sticky-failover` sends them on to the next replica of the
hash ring, and whoever comes to the one that is behind is thrown back. `sticky-token` does the same, but the
client carries the position of the newest state it saw, and a replica that has not come so far waits or
refuses, so that another answers.

To watch: the `position` of one session's reads in the history. With a token it never falls; with
`sticky-failover` it falls where the fault strikes. The number of refused reads tells what `sticky` costs.

In the wild: session affinity of load balancers (HAProxy's `balance hash` with `hash-type consistent`), which
fails over as `sticky-failover` does; MongoDB's causally consistent sessions and Azure Cosmos DB's session
consistency carry tokens.
"""

from chaos.catalogue.scenario import Scenario, problem, remedy
from chaos.faults.cut import Cut
from chaos.faults.kill import Kill
from chaos.running.run import Run
from chaos.workloads import sessions
from chaos.workloads.sessions import Users


async def script(run: Run) -> None:
    """One follower is cut off, everybody looks again and again; then the other one dies."""
    await run.acknowledged(30)
    leader = await run.leader()
    behind, good = run.followers(leader)
    async with run.fault(Cut(leader, behind, one_way=True)):
        await run.acknowledged(20)
        await run.read(75)
        async with run.fault(Kill(good)):
            await run.read(120)
    await run.acknowledged(10)


SCENARIO = Scenario(
    id="monotonic-reads",
    section="C",
    title="A user looks twice, and the second look shows less than the first",
    script=script,
    workload=sessions.news(Users(24), keys=3, rate_per_s=120),
    checkers=("non-monotonic-read", "diverged-replicas"),
    # Nobody is to be replaced here; if it does happen, nothing that was acknowledged may be taken back.
    settings={"replication": "quorum-ack", "detection_timeout_ms": 5000},
    needs=frozenset({"links", "kill", "restart"}),
    variants=(
        problem("random-replica", finds=["non-monotonic-read"], reads="any"),
        remedy(
            "sticky",
            only_in_its_story="a replica that comes back with an older disk takes its users back in time",
            reads="sticky",
        ),
        problem("sticky-failover", finds=["non-monotonic-read"], reads="sticky-failover"),
        remedy("sticky-token", reads="sticky-token"),
    ),
)

if __name__ == "__main__":
    from chaos.cli import run_scenario

    run_scenario(SCENARIO.id)
