"""How far behind are the copies, and does anybody know? One of them is away for a while.

A home dies and returns. A read asks whoever answers first (r = 1), so it may be stale, and the question is by
how much. With `read-repair-only` nobody can say: a key that was not read since then is as old as it was when
its home went away, be it years. With `monitor` the homes compare themselves with one another all the time
(anti-entropy). So each of them knows since when it may lack writes, says so with every answer (`behind_ms`),
and in its metrics; and a home that may be too far behind, or does not know yet, refuses to answer
(`read_bound_s`).

Followers of one leader know it by its log: all that the leader had when it was heard of last is there. With
`any-follower` whoever is asked answers, however far it has come; with `monitored-follower` each says how far
behind it may be, and one that may be too far behind leaves the answer to the leader. (The leader has a lease,
or it might not know of a successor, and neither would they.)

What the answers say is held against the truth from the history: a read may never be staler than its answer
says. By how much more the answers of stale reads say than is true, at most, is the measure `error_most_ms`.

To watch: `too-far-behind` from a home that has just returned; `lab_behind_seconds` of every home and gateway,
`lab_lag_seconds` and `lab_follower_lag_positions` of leader and followers.

In the wild: DynamoDB and Cassandra say nothing of the age of an eventually consistent read; Azure's Cosmos DB
has bounded staleness, MongoDB `maxStalenessSeconds`; Riak's `riak-admin aae-status` tells when a partition
was compared last.
"""

from typing import Any

from chaos.catalogue.scenario import Scenario, problem, remedy
from chaos.faults.cut import Cut
from chaos.faults.kill import Kill
from chaos.faults.slow import Slow
from chaos.running.run import Run
from chaos.workloads import register

FAR_S = 0.1
KEYS = 120  # most of them are not read before their home is long back


async def script(run: Run) -> None:
    """A home dies, misses writes, and returns; for one gateway it is the nearest, so it answers first."""
    await run.acknowledged(20)
    gateway, *_ = run.cluster.gateways
    one, other, nearest = run.cluster.replicas
    far = (Slow(gateway, home, FAR_S, one_way=True) for home in (one, other))
    async with run.fault(next(far)), run.fault(next(far)):
        async for _ in run.rounds():
            async with run.fault(Kill(nearest)):
                await run.acknowledged(60)
                await run.traffic(3.0)
            await run.read(300)


async def a_link_is_cut(run: Run) -> None:
    """A follower hears nothing of its leader for a while."""
    await run.acknowledged(20)
    leader = await run.leader()
    async for _ in run.rounds():
        async with run.fault(Cut(leader, run.followers(leader)[-1])):
            await run.acknowledged(60)
            await run.traffic(3.0)
            await run.read(100)
        await run.acknowledged(20)


HOMES: dict[str, Any] = {"family": "leaderless", "n": 3, "w": 2, "r": 1}
ONE_LEADER: dict[str, Any] = {
    "family": "single-leader",
    "lease": True,
    "read_bound_ms": 1500,
    "detection_timeout_ms": 5000,
}

SCENARIO = Scenario(
    id="staleness-monitor",
    section="E",
    title="How far behind is each home, and each read?",
    script=script,
    workload=register.reads_and_writes(keys=KEYS, clients=12, rate_per_s=80, write_fraction=0.3),
    checkers=("unbounded-staleness",),
    bounds_ms={"unbounded-staleness": 2000},
    needs=frozenset({"links", "kill", "restart"}),
    variants=(
        problem("read-repair-only", finds=["unbounded-staleness"], **HOMES),
        remedy("monitor", **HOMES, anti_entropy=True, anti_entropy_ms=150, read_bound_s=1.5),
        problem(
            "any-follower", finds=["unbounded-staleness"], script=a_link_is_cut, **ONE_LEADER, reads="any"
        ),
        remedy("monitored-follower", script=a_link_is_cut, **ONE_LEADER, reads="recent"),
    ),
)

if __name__ == "__main__":
    from chaos.cli import run_scenario

    run_scenario(SCENARIO.id)
