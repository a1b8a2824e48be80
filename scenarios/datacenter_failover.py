"""Two datacenters, each with a leader and followers, and in the first one the leader dies.

A leader that stands alone is a promise that its machine never fails. So each datacenter is a group as in the
first half of the chapter: a leader, followers that have its log, an election when it falls silent. Between
the datacenters everything is as before, and what a datacenter has of another is in its log as well: whoever
leads next knows what it has taken, what it has to send, and how far the other one is. Here the leader loses
the followers from sight and is killed a moment later. Its clients are served by the other datacenter until a
follower has taken over, and the other one never stops.

Everything hangs on when a change may leave the house. `acknowledged-first` ships what the rule inside
(`quorum-ack`) has acknowledged, so the successor has it, too. `at-once` (`async`) ships and acknowledges what
only the leader has. Then the datacenter has lost writes that the other one keeps, and worse: the successor
gives their numbers to other changes, which the other datacenter believes to have. Nothing ever notices.

To watch in the logs: `promoted` with the new epoch, `following`, and `tail-set-aside` where the old leader
comes back.

In the wild: PostgreSQL before version 17 let a subscriber overtake the standby that was promoted then;
`synchronized_standby_slots` is there to prevent it. MySQL's group replication has the same order for its
channels between clusters.
"""

from chaos.catalogue.scenario import Scenario, problem, remedy
from chaos.cluster.shape import Shape
from chaos.faults.far_apart import FarApart
from chaos.faults.kill import Kill
from chaos.faults.partition import Partition
from chaos.running.run import Run
from chaos.workloads import register

DATACENTERS = (("n1", "n2", "n3", "g1"), ("n4", "n5", "n6", "g2"))
LATENCY_S = 0.05
UNSEEN = 8  # writes that no follower has, when the leader dies
MORE = 100  # than it can have taken before it noticed that it was alone; so their numbers are given again


async def script(run: Run) -> None:
    """The leader of the first datacenter is alone with its last writes, and then it is dead."""
    await run.acknowledged(30)
    leader = await run.leader()
    near, far = (node for node in DATACENTERS[0][:3] if node != leader)
    async with run.fault(FarApart(DATACENTERS, latency_s=LATENCY_S)):
        await run.acknowledged(20)
        async with run.fault(Partition(((leader,), (near, far)))):
            await run.acknowledged_or_not(UNSEEN, by=leader, within_s=0.6)
            async with run.fault(Kill(leader)):
                successor = await run.promoted(other_than=leader)
                await run.acknowledged(MORE, by=successor)
        await run.acknowledged(30, other_than=leader)


SCENARIO = Scenario(
    id="datacenter-failover",
    section="D",
    title="In one of two datacenters the leader dies, and a follower takes its place",
    script=script,
    workload=register.write_once(clients=16, rate_per_s=80),
    checkers=("lost-write", "diverged-replicas"),
    shape=Shape(replicas=6, gateways=2),
    needs=frozenset({"links", "kill", "restart"}),
    settings={
        "family": "multi-leader",
        "conflicts": "record",
        "datacenters": DATACENTERS,
        "detection_timeout_ms": 2500,
    },
    variants=(
        problem("at-once", finds=["diverged-replicas"], inside="async"),
        remedy("acknowledged-first", inside="quorum-ack"),
    ),
)

if __name__ == "__main__":
    from chaos.cli import run_scenario

    run_scenario(SCENARIO.id)
