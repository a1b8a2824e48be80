"""How long must a leader be silent before it counts as dead? Too short and too long are both wrong.

Nobody can tell a dead leader from a slow one; a timeout only decides how long to wait before guessing. Here
the leader first meets what happens every day: a load spike, slow links between it and the controller, a pause
of less than a second as in a garbage collection. It is well, and should go on leading. Then it is
killed, and every moment until its successor takes writes is downtime.

`too-short` calls the leader dead at the first hiccup. Each needless failover is an interruption of its own,
and burdens a cluster that had trouble with its load already. `too-long` never errs, and leaves users
without service for seconds when the leader really is dead. `tuned` waits longer than hiccups last, and no
longer. There is no right number, only one that fits what pauses and links are like: `docs/single-leader.md`
has a plot of the timeout against downtime and against needless failovers.

Needless means: the clients' answers show another leader, although no fault in the history killed the old one,
or kept it away for longer than the bound that is stated here.

To watch in the logs: `failover-begun` with its reason (`n1 silent 0.4 s`) while the leader is only paused or
its links slow, and `demoted` right after, when it learns that its time is over.

In the wild: Patroni's `ttl` and `loop_wait`, MongoDB's `electionTimeoutMillis` (10 s), etcd's advice to make
the election timeout ten times the round trip; GitHub's outage of 2012 began with a failover under load that
nobody needed.
"""

from chaos.catalogue.scenario import Scenario, problem, remedy
from chaos.cluster.links import CONTROLLER
from chaos.faults.kill import Kill
from chaos.faults.pause import Pause
from chaos.faults.slow import Slow
from chaos.running.run import Run
from chaos.workloads import register

PAUSE_S = 0.5  # no condition can take the place of this time: it is the pause
PATIENCE_S = 30.0  # much longer than the longest timeout; hiccups are slow on a busy machine


async def script(run: Run) -> None:
    """Load, slow links and a pause, which need no failover; then a death, which does."""
    await run.acknowledged(40)
    async with run.load_spike(rate_per_s=120):
        await run.acknowledged(60, within_s=PATIENCE_S)
    async with run.fault(Slow(CONTROLLER, await run.leader(), latency_s=0.3)):
        await run.acknowledged(60, within_s=PATIENCE_S)
    async with run.fault(Pause(await run.leader())):
        await run.traffic(seconds=PAUSE_S)
    await run.acknowledged(40)
    leader = await run.leader()
    async with run.fault(Kill(leader)):
        successor = await run.promoted(other_than=leader, within_s=PATIENCE_S)
        await run.acknowledged(20, by=successor)
    await run.acknowledged(20)


SCENARIO = Scenario(
    id="failover-timeout",
    section="A",
    title="A detection timeout that is too short, too long, or fits",
    script=script,
    workload=register.write_once(clients=12, rate_per_s=60),
    checkers=("needless-failover", "long-outage"),
    bounds_ms={"needless-failover": 1800, "long-outage": 5000},
    settings={"replication": "semi-sync", "heartbeat_ms": 50},
    needs=frozenset({"links", "pause", "kill", "restart"}),
    variants=(
        problem("too-short", finds=["needless-failover"], detection_timeout_ms=400),
        problem("too-long", finds=["long-outage"], detection_timeout_ms=8000),
        remedy("tuned", detection_timeout_ms=2500),
    ),
)

if __name__ == "__main__":
    from chaos.cli import run_scenario

    run_scenario(SCENARIO.id)
