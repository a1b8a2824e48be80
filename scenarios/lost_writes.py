"""The leader dies with acknowledged writes that no other node has.

A leader that confirms a write before a follower has it makes a promise that only its own disk can
keep. Here its links to the followers are cut one after the other, so that one follower is further
behind than the other, while clients go on writing. Then the leader is killed. The controller promotes
the follower with the newest log, which is the best there is and still not enough: what only the dead
leader had is gone from the cluster. When it comes back it is demoted and must drop its unreplicated
tail; the tail goes to a file that people can read, so at least somebody can find out what was lost.

`async` loses writes by design. `semi-sync` and `sync` let the client wait instead: with no follower
left to confirm, those writes end in doubt, and whatever was confirmed is on a follower. `semi-sync-timeout`
looks like `semi-sync` until a follower is slow for too long; then it falls back to async without
telling the client, and loses writes like async.

To watch in the logs: `fell-back-to-async` on the leader, `failover-begun` and `leader-appointed` on the
controller (with the positions that it chose from), `promoted`, and `tail-set-aside` with the file's name
when the old leader returns.

In the wild: MySQL's semi-synchronous replication falls back after `rpl_semi_sync_source_timeout`;
PostgreSQL with `synchronous_standby_names` waits for ever, and without it loses the tail of a failed
primary; `pg_rewind` drops that tail on the old primary's return.
"""

from chaos.catalogue.scenario import Scenario, problem, remedy
from chaos.faults.cut import Cut
from chaos.faults.kill import Kill
from chaos.running.run import Run
from chaos.workloads import register


async def script(run: Run) -> None:
    """Cut one follower, then the other, kill the leader, let it return."""
    await run.acknowledged(40)
    leader = await run.leader()
    near, far = run.followers(leader)
    async with run.fault(Cut(leader, far, one_way=True)):
        await run.acknowledged_or_not(20, by=leader, within_s=0.8)
        async with run.fault(Cut(leader, near, one_way=True)):
            await run.acknowledged_or_not(30, by=leader, within_s=1.2)
            async with run.fault(Kill(leader)):
                successor = await run.promoted(other_than=leader)
                await run.acknowledged_or_not(10, by=successor, within_s=0.8)  # sync waits for the dead
    await run.acknowledged(20, other_than=leader)


SCENARIO = Scenario(
    id="lost-writes",
    section="A",
    title="The leader dies with acknowledged writes that no follower has",
    script=script,
    workload=register.write_once(clients=12, rate_per_s=60),
    checkers=("lost-write",),
    needs=frozenset({"links", "kill", "restart"}),
    variants=(
        problem("async", finds=["lost-write"], replication="async"),
        remedy("semi-sync", replication="semi-sync"),
        remedy("sync", replication="sync"),
        problem("semi-sync-timeout", finds=["lost-write"], replication="semi-sync-timeout"),
    ),
)

if __name__ == "__main__":
    from chaos.cli import run_scenario

    run_scenario(SCENARIO.id)
