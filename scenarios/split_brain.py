"""Two leaders at once: the old one is cut off from all but one gateway, and does not know it.

The controller hears nothing from the leader, declares it dead and appoints another. But the old leader
lives, and one gateway still reaches it: clients there write on, clients elsewhere write to the new one,
and both are told "done". When the network heals, only one of the two stories can stay.

`unfenced` shows both harms: two replicas confirm writes in the same span of time, and what the old
leader confirmed is lost when it is demoted. `epochs-only` numbers the leaders and lets followers refuse
the old number; that protects the followers, and yet the old leader, which needs no follower to confirm,
goes on promising. Fencing has to reach the one who promises:
`lease`: the old leader stops by itself when its lease runs out, and the controller waits that long;
`stonith`: a power switch on a wire of its own ends the old leader before the controller appoints another;
`quorum-ack`: confirmation needs a majority, and there is only one majority at a time.

A lease is a promise in time, so it needs a clock. `lease-frozen` is what is left of it where no clock of the
leader's machine can tell: a hypervisor holds the machine still, its clocks with it, and sets none right when
it lets it go on. The lease then seems young, though it was over long ago. `majority-frozen`, under the same
fault, needs no clock. (A leader whose boot-time clock or wall clock shows that it was away asks again before
it answers.)

The first two remedies also replicate semi-synchronously, and honesty demands to say why: they end the
second leader, but what the first had confirmed alone in its last moments would still be lost.

To watch in the logs: `failover-begun` on the controller, then, side by side, `promoted` on the new leader
while the old one still leads; `lease-expired` or `powered-off` on the old one under the remedies;
`demoted` and `tail-set-aside` after healing.

In the wild: Pacemaker's STONITH; Patroni's leader lock with its time to live; Raft's majorities (etcd,
CockroachDB). RabbitMQ with `cluster_partition_handling = ignore` and old Elasticsearch with too small a
`minimum_master_nodes` are `unfenced`.
"""

from chaos.catalogue.scenario import Scenario, problem, remedy
from chaos.faults.freeze import Freeze
from chaos.faults.partition import Partition
from chaos.running.run import Run
from chaos.workloads import register


async def script(run: Run) -> None:
    """Cut the leader off together with one gateway; wait for a second leader; let both work; heal."""
    await run.acknowledged(40)
    leader = await run.leader()
    gateway = next(iter(run.cluster.gateways))
    async with run.fault(Partition(((leader, gateway), ("rest",)))):
        await run.acknowledged(15, other_than=leader)
        await run.acknowledged_or_not(15, by=leader, within_s=0.8)
        await run.acknowledged(5, other_than=leader)
    await run.acknowledged(20, other_than=leader)


async def frozen(run: Run) -> None:
    """The same, and the leader's machine stands still from the beginning until its successor has begun."""
    await run.acknowledged(40)
    leader = await run.leader()
    gateway = next(iter(run.cluster.gateways))
    async with run.fault(Partition(((leader, gateway), ("rest",)))):
        async with run.fault(Freeze(leader, told_by="nothing")):
            await run.acknowledged(15, other_than=leader)
        await run.acknowledged_or_not(5, by=leader, within_s=0.8)
        await run.acknowledged(15, other_than=leader)
    await run.acknowledged(20, other_than=leader)


ONE_MACHINE = "all nodes share the clocks of one machine, which cannot stand still for one of them"
NOT_FROZEN = {"local": ONE_MACHINE, "compose": ONE_MACHINE}

SCENARIO = Scenario(
    id="split-brain",
    section="A",
    title="A leader that was cut off and its successor both accept writes",
    script=script,
    workload=register.write_once(clients=12, rate_per_s=60),
    checkers=("split-brain", "lost-write"),
    variants=(
        problem("unfenced", finds=["split-brain", "lost-write"], replication="async", epochs=False),
        problem("epochs-only", finds=["lost-write"], replication="async"),
        remedy("lease", replication="semi-sync", lease=True),
        remedy("stonith", replication="semi-sync", stonith=True),
        remedy("quorum-ack", replication="quorum-ack"),
        problem(
            "lease-frozen",
            finds=["split-brain"],
            script=frozen,
            not_on=NOT_FROZEN,
            replication="async",
            lease=True,
        ),
        remedy("majority-frozen", script=frozen, not_on=NOT_FROZEN, replication="quorum-ack", lease=True),
    ),
)

if __name__ == "__main__":
    from chaos.cli import run_scenario

    run_scenario(SCENARIO.id)
