"""A home is away and misses writes. Nobody minds: two of three are enough. Then it returns, and it is stale.

There is no leader with a log that it could ask for the rest. With `no-repair` what it missed stays missing:
it answers with old values for ever, and only the counting of answers hides that. With `read-repair` the
coordinator of a read compares what came back and sends the newest version to whoever had less, behind the
answer. That heals what is read. Keys that nobody reads stay as they are (`read-repair-cold-keys`).
`anti-entropy` heals them, too: now and again two homes compare their Merkle trees and exchange what differs.

To watch in the logs: `read-repaired peer=n3 key=x was=4 now=6` on the gateways, `anti-entropy peer=n3
keys=12` on the homes.

In the wild: read repair and `nodetool repair` of Cassandra (which since 4.0 repairs before the answer);
Riak's active anti-entropy; Dynamo had both. Voldemort and early Riak had read repair only.
"""

from chaos.catalogue.scenario import Scenario, problem, remedy
from chaos.faults.kill import Kill
from chaos.running.run import Run
from chaos.workloads import register
from chaos.workloads.traffic import Workload

KEYS, WARM = 40, 8
OFTEN = 16  # each key is read so many times, on average


async def script(run: Run) -> None:
    """Kill one home, write on, let it return, and read for a while."""
    await run.acknowledged(10)
    async with run.fault(Kill(run.cluster.replicas[-1])):
        await run.acknowledged(40)
    await run.read(KEYS * OFTEN)


def mostly(read_keys: int) -> Workload:
    """Reads of the first keys; writes of all."""
    return register.reads_and_writes(
        keys=KEYS, read_keys=read_keys, clients=12, rate_per_s=160, write_fraction=0.04
    )


SCENARIO = Scenario(
    id="node-down",
    section="E",
    title="A home that was away returns, and is stale",
    script=script,
    workload=mostly(KEYS),
    checkers=("stale-replica",),
    needs=frozenset({"links", "kill", "restart"}),
    settings={"family": "leaderless", "n": 3, "w": 2, "r": 2},
    variants=(
        problem("no-repair", finds=["stale-replica"], read_repair="none"),
        remedy("read-repair", only_in_its_story="it heals what is read once all homes can be reached"),
        problem("read-repair-cold-keys", finds=["stale-replica"], workload=mostly(WARM)),
        remedy("anti-entropy", workload=mostly(WARM), also=["diverged-replicas"], anti_entropy=True),
    ),
)

if __name__ == "__main__":
    from chaos.cli import run_scenario

    run_scenario(SCENARIO.id)
