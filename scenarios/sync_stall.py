"""One follower hangs, then dies. Who else has to wait for it?

The follower that is paused accepts connections and says nothing; to its leader it is only very slow. How
long the leader waits for it is the price of what was promised to clients.

`sync` promises that every follower has what was acknowledged. So one follower that hangs stops all writes
for as long as it hangs, and a dead one until somebody brings it back: the more copies there are, the more
often one is missing. `semi-sync` promises one follower. When that one lacks something for too long, another
is made the synchronous one, and writes go on after a stall with a bound: the semi-synchronous timeout.
`async` promises nothing and waits for nobody; what that costs is told by `lost-writes`.

To watch in the logs: `synchronous-follower-replaced` on the leader under `semi-sync`. The leader stays the
same all the time, for it is well. The measure `write_stall_ms` says how long writes stood still.

In the wild: PostgreSQL with all standbys in `synchronous_standby_names` (`sync`) or with `FIRST 1 (a, b)`,
which takes the next one when the first disconnects (`semi-sync`); MySQL's semi-synchronous replication waits
for any one replica; Kafka shrinks the set of in-sync replicas when one falls behind.
"""

from chaos.catalogue.scenario import Scenario, problem, remedy
from chaos.faults.kill import Kill
from chaos.faults.pause import Pause
from chaos.running.run import Run
from chaos.workloads import register

STALL_S = 1.0  # hangs for so long, and is dead for so long; together certainly more than the bound


async def script(run: Run) -> None:
    """The first follower, which is the synchronous one, hangs; then it is killed; then it comes back."""
    await run.acknowledged(40)
    leader = await run.leader()
    synchronous = run.followers(leader)[0]
    async with run.fault(Pause(synchronous)):
        await run.traffic(seconds=STALL_S)
        async with run.fault(Kill(synchronous)):
            await run.traffic(seconds=STALL_S)
    await run.acknowledged(20)


SCENARIO = Scenario(
    id="sync-stall",
    section="A",
    title="One follower hangs, then dies, and writes wait for it",
    script=script,
    workload=register.write_once(clients=12, rate_per_s=60),
    checkers=("write-stall",),
    bounds_ms={"write-stall": 1500},
    settings={"detection_timeout_ms": 5000},  # the leader is well and is not to be replaced
    needs=frozenset({"pause", "kill", "restart"}),
    variants=(
        problem("sync", finds=["write-stall"], replication="sync"),
        remedy("semi-sync", replication="semi-sync"),
        remedy("async", replication="async"),
    ),
)

if __name__ == "__main__":
    from chaos.cli import run_scenario

    run_scenario(SCENARIO.id)
