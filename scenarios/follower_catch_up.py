"""A follower was away: killed in the middle of its writing, then cut off. What does it need to catch up?

Its own disk says where it stands: log and state change in one transaction, so after a crash the last position
in its log is the last one that counts, and it asks the leader for what follows. That is all there is to
`log`, however long it was away, as long as the leader still has that part of the log.

Logs are trimmed, or they fill the disk. Where the leader no longer holds what the follower lacks, the log
alone cannot help: under `log-gone` the follower takes a new snapshot and goes on from there. `skip-gap` shows
the shortcut: it goes on with the oldest entry that is left. Its position then looks as good as anybody's, and
what was written in the gap is missing for ever, unless somebody compares the data.

To watch in the logs: the position with which the follower has `started`; under the other two `log-trimmed`
on the leader; then `takes-a-copy` with its reason, `copy-made`, `copied`, `copy-in-place`. Under `skip-gap`
there is nothing to be seen, which is the trouble with it.

In the wild: PostgreSQL's standby says "requested WAL segment has already been removed" and needs a new base
backup (`wal_keep_size` and replication slots hold the log back); MySQL's replica stops at purged binary logs,
and `sql_replica_skip_counter` is how people skip; MongoDB calls a member "too stale to catch up" and makes it
sync anew.
"""

from chaos.catalogue.scenario import Scenario, problem, remedy
from chaos.faults.cut import Cut
from chaos.faults.kill import Kill
from chaos.running.run import Run
from chaos.workloads import register

MISSED = 200  # writes, many more than the leader keeps where it trims its log


async def script(run: Run) -> None:
    """Kill a follower while writes go on, let it catch up; the same with a cut."""
    await run.acknowledged(60)
    leader = await run.leader()
    follower = run.followers(leader)[-1]
    async with run.fault(Kill(follower)):
        await run.acknowledged(MISSED)
    await caught_up(run, follower, leader)
    async with run.fault(Cut(leader, follower)):
        await run.acknowledged(MISSED)
    await caught_up(run, follower, leader)
    await run.acknowledged(20)


async def caught_up(run: Run, follower: str, leader: str) -> None:
    """Wait until the follower says that it is where the leader is now. Raises `ClusterError`."""
    goal = (await run.cluster.status(leader))["position"]

    async def is_there() -> bool:
        return bool((await run.cluster.status(follower))["position"] >= goal)

    await run.comes_true(f"{follower} has caught up", is_there)


SCENARIO = Scenario(
    id="follower-catch-up",
    section="A",
    title="A follower was killed or cut off, and returns",
    script=script,
    workload=register.write_once(clients=16, rate_per_s=120, write_fraction=0.9),
    checkers=("diverged-replicas", "lost-write"),
    needs=frozenset({"links", "kill", "restart"}),
    settings={"detection_timeout_ms": 5000},  # nobody is to be replaced here
    variants=(
        remedy("log"),
        remedy("log-gone", log_retention_entries=40),
        problem("skip-gap", finds=["diverged-replicas"], log_retention_entries=40, on_log_gone="skip"),
    ),
)

if __name__ == "__main__":
    from chaos.cli import run_scenario

    run_scenario(SCENARIO.id)
