"""Reads spread over followers that lag: the value was replaced, and the reader sees the old one.

Followers are copies of a moment ago. On a healthy network that moment is a few milliseconds and nobody
notices; here the leader's link to one follower is slow and the one to the other is cut, so the moment
grows and grows, while both go on answering. Once the links heal and writes stop, all copies become
equal: that is eventual consistency, which says nothing about when.

`any-replica` lets every replica answer and shows the stale reads, with how old each was. `leader-only`
asks the leader alone, and pays for it with the leader's capacity. `bounded` still uses the followers, but
one that cannot prove to be within the bound refuses, and the gateway asks another; the leader in turn
confirms a write only when every follower that may still answer has it, so the price is a write that
waits, for at most the bound.

To watch in the logs: `refused` reads of a follower that is too far behind, and the positions catching up
when the links heal. The measures say how stale reads were and how far each replica lagged.

In the wild: replicas of PostgreSQL and MySQL behind a load balancer (`any-replica`); MongoDB's
`maxStalenessSeconds` and CockroachDB's and Spanner's bounded-staleness reads (`bounded`).
"""

from chaos.catalogue.scenario import Scenario, problem, remedy
from chaos.faults.cut import Cut
from chaos.faults.slow import Slow
from chaos.running.run import Run
from chaos.workloads import register


async def script(run: Run) -> None:
    """Slow one follower, cut the other, and let clients read from wherever they are sent."""
    await run.acknowledged(30)
    leader = await run.leader()
    near, far = run.followers(leader)
    slow, cut = Slow(leader, near, latency_s=0.3, one_way=True), Cut(leader, far, one_way=True)
    async with run.fault(slow), run.fault(cut):
        await run.acknowledged(40)
        await run.read(60)
    await run.acknowledged(10)


SCENARIO = Scenario(
    id="stale-reads",
    section="C",
    title="Reads from lagging followers return overwritten values",
    script=script,
    workload=register.reads_and_writes(keys=5, clients=12, rate_per_s=80, write_fraction=0.4),
    checkers=("stale-read", "diverged-replicas"),
    # Nobody is to be replaced here; if it does happen, nothing that was acknowledged may be taken back.
    settings={"replication": "semi-sync", "detection_timeout_ms": 5000},
    variants=(
        problem("any-replica", finds=["stale-read"], reads="any"),
        remedy("leader-only", reads="leader"),
        remedy("bounded", reads="bounded"),
    ),
)

if __name__ == "__main__":
    from chaos.cli import run_scenario

    run_scenario(SCENARIO.id)
