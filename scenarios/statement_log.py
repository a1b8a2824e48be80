"""The log holds the statements' text, and executing it again need not give the same result.

A follower that repeats `INSERT … VALUES (now(), rand())` has its own clock and its own chance. Where
an UPDATE takes "any one" of several rows, each copy's physical order decides which; here the followers
have an index more, as replicas for reports do. A counter hands the leader another key than the follower,
because a transaction that failed on the leader kept the key it had drawn, and the follower never heard
of it. And a trigger notes the time behind the back of a statement that looks innocent.

`statement` ships whatever it is given, and the copies drift apart without anybody being told.
`statement-rewritten` puts the leader's values in place of calls and of keys before it executes and ships
the text, and refuses what it cannot make safe: the clients see which statements those are. `mixed` ships
the text where it is safe, and the changed rows where it is not. `row` always ships rows: larger, and right.

To watch in the logs: nothing. That is the trouble with it: no error, no warning, only other contents. The
final reads show them side by side.

In the wild: MySQL's `binlog_format` is STATEMENT, MIXED or ROW, with ROW the default since 5.7.7, and
its manual lists the unsafe statements; VoltDB ships statements and demands that they be deterministic.
"""

from chaos.catalogue.scenario import Scenario, problem, remedy
from chaos.faults.slow import Slow
from chaos.running.run import Run
from chaos.workloads import shop


async def script(run: Run) -> None:
    """Let clients do business; one follower repeats everything a little later."""
    await run.acknowledged(30)
    leader = await run.leader()
    follower = run.followers(leader)[0]
    async with run.fault(Slow(leader, follower, latency_s=0.2, one_way=True)):
        await run.acknowledged(40)
    await run.acknowledged(10)


SCENARIO = Scenario(
    id="statement-log",
    section="B",
    title="Statements give a different result when another replica executes them",
    script=script,
    workload=shop.transactions(clients=12, rate_per_s=80),
    checkers=("diverged-replicas",),
    settings={"detection_timeout_ms": 5000, "reporting_indexes": True},  # nobody is to be replaced here
    variants=(
        problem("statement", finds=["diverged-replicas"], replication_log="statement"),
        remedy("statement-rewritten", replication_log="statement-rewritten"),
        remedy("mixed", replication_log="mixed"),
        remedy("row", replication_log="row"),
    ),
)

if __name__ == "__main__":
    from chaos.cli import run_scenario

    run_scenario(SCENARIO.id)
