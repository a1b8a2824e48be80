"""The leader is gone. Who notices, who decides, and how long are writes refused?

A failover has four steps: notice that the leader is dead, choose who has the newest log, let everybody follow
him, and demote the old leader when it returns. Only the first is a guess, for a dead leader cannot be told
from a slow one. The remedies differ in who does it.

`controller`: a node of its own hears nothing for the detection timeout, fences, chooses and appoints.
`election`: there is no such node. A replica that hears nothing of a leader asks the others for their votes,
and a majority of them, each with its vote on disk, makes it the leader of the next epoch. Writes are
acknowledged by a majority too, so the winner has them all; and the old leader stops by itself as soon as
no majority answers it. `manual`: nothing happens until an operator looks who has the newest log and promotes
it, which avoids wrong guesses and takes as long as it takes people to wake up. `planned`: the leader is to be
stopped for an update and is asked to hand over first. It lets new requests wait, gives its successor the last
of its log, and passes the lead on; then the requests that waited go there. Nothing needs to be noticed, and
no request fails.

To watch in the logs: `failover-begun`, `fenced`, `promoted`, `leader-appointed`; under `election`
`stands-for-election`, `voted`, `promoted`; under `planned` `hands-over`, and `demoted` before `promoted`. The
measures `long_outage_ms` and `downtime_ms` say how long nothing was done.

In the wild: Orchestrator and MHA for MySQL (`controller`); MongoDB's replica sets and every Raft store
(`election`); `pg_promote()` by hand (`manual`); `patronictl switchover`, MongoDB's `rs.stepDown()`, and
leader transfer in etcd (`planned`).
"""

from chaos.catalogue.scenario import Scenario, remedy
from chaos.faults.kill import Kill
from chaos.running.run import Run
from chaos.workloads import register


async def unplanned(run: Run) -> None:
    """The leader is killed, another takes over, the old one returns and follows."""
    await run.acknowledged(40)
    leader = await run.leader()
    async with run.fault(Kill(leader)):
        successor = await run.promoted(other_than=leader)
        await run.acknowledged(40, by=successor)
    await run.acknowledged(20, by=successor)


async def by_hand(run: Run) -> None:
    """The leader is killed; an operator looks who has the newest log, and promotes it."""
    await run.acknowledged(40)
    leader = await run.leader()
    async with run.fault(Kill(leader)):
        successor = await run.promote(await newest_log(run, leader))
        await run.acknowledged(40, by=successor)
    await run.acknowledged(20, by=successor)


async def planned(run: Run) -> None:
    """The leader hands over, and is stopped only then."""
    await run.acknowledged(40)
    leader = await run.leader()
    successor = await run.hand_over()
    await run.acknowledged(40, by=successor)
    async with run.fault(Kill(leader)):
        await run.acknowledged(40, by=successor)
    await run.acknowledged(20, by=successor)


async def newest_log(run: Run, leader: str) -> str:
    """The follower of `leader` whose log ends last."""
    ends = {node: (await run.cluster.status(node))["position"] for node in run.followers(leader)}
    return max(ends, key=ends.__getitem__)


SCENARIO = Scenario(
    id="failover",
    section="A",
    title="The leader dies or is stopped; another takes over",
    script=unplanned,
    workload=register.write_once(clients=12, rate_per_s=60),
    checkers=("split-brain", "long-outage", "lost-write"),
    bounds_ms={"long-outage": 5000},
    settings={"detection_timeout_ms": 1000},  # so that a busy machine is not taken for a dead leader
    needs=frozenset({"kill", "restart"}),
    variants=(
        remedy("controller", replication="semi-sync"),
        remedy("election", replication="quorum-ack", coordination="election"),
        remedy(
            "manual",
            script=by_hand,
            only_in_its_story="whenever the leader dies, somebody has to promote another",
            replication="semi-sync",
            coordination="manual",
        ),
        remedy("planned", script=planned, also=["failed-request"], replication="semi-sync"),
    ),
)

if __name__ == "__main__":
    from chaos.cli import run_scenario

    run_scenario(SCENARIO.id)
