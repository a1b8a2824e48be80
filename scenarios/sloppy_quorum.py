"""A gateway is cut off from all homes of its keys, while other nodes are in reach. Take the writes or refuse
them?

`strict`: w of the key's own homes must have a write. None of them can be reached, so the users of this
gateway can do nothing at all. `hinted-handoff`: the quorum is sloppy. Nodes behind the homes on the ring
take their places, each with a hint for whom it keeps the write. The users go on, and when the network heals
the hints are handed home: nothing that was acknowledged is lost. But w + r > n says nothing any more. Users
of the other gateway, which reaches the homes, read there and miss what was written, until the handoff
(`before-handoff`).

To watch in the logs: `hint-kept for=n3 key={cart}x0`, and after the healing `handed-home to=n3 count=12`.
The answer to a sloppy write says so: `"hints": 2`.

In the wild: Dynamo and Riak (usual setting), Voldemort; Cassandra keeps hints on the coordinator and does
not count them, unless the level is ANY.
"""

from contextlib import AsyncExitStack

from chaos.catalogue.scenario import Scenario, problem, remedy
from chaos.cluster.shape import Shape
from chaos.faults.cut import Cut
from chaos.running.run import Run
from chaos.workloads import register

TAG = "{cart}"  # all keys have the same homes
CUT_S = 4.0  # much longer than it takes to find out that a home does not answer


async def script(run: Run) -> None:
    """Cut one gateway off from the homes, and from nobody else."""
    await run.acknowledged(20)
    gateway, *_ = run.cluster.gateways
    homes = [await run.cluster.resolve(f"home-{number}-of:{TAG}") for number in (1, 2, 3)]
    async with AsyncExitStack() as cuts:
        for home in homes:
            await cuts.enter_async_context(run.fault(Cut(gateway, home)))
        await run.traffic(CUT_S)
    await run.acknowledged(20)


SCENARIO = Scenario(
    id="sloppy-quorum",
    section="E",
    title="Cut off from a key's homes, while other nodes could take the write",
    script=script,
    workload=register.reads_and_writes(keys=30, prefix=TAG, clients=12, rate_per_s=80, write_fraction=0.4),
    checkers=("unavailable", "lost-write"),
    bounds_ms={"unavailable": 2500},
    needs=frozenset({"links"}),
    settings={"family": "leaderless", "n": 3, "w": 2, "r": 2},
    shape=Shape(replicas=5),
    variants=(
        problem("strict", finds=["unavailable"]),
        remedy("hinted-handoff", sloppy=True),
        problem("before-handoff", finds=["stale-read"], also=["stale-read"], sloppy=True),
    ),
)

if __name__ == "__main__":
    from chaos.cli import run_scenario

    run_scenario(SCENARIO.id)
