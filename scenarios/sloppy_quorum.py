"""A gateway and some nodes are cut off from all homes of its keys. Take the writes or refuse them?

`strict`: w of the key's own homes must have a write. None of them can be reached, so the users of this
gateway can do nothing at all. `hinted-handoff`: the quorum is sloppy. The nodes on its side stand in for the
homes, each with a hint for whom it keeps the write. The users go on, and when the network heals the hints are
handed home: nothing that was acknowledged is lost. But w + r > n says nothing any more. Users of the other
gateway, which is on the homes' side, read there and miss what was written, until the handoff
(`before-handoff`). And hints do not live for ever. Where they expire before the network heals, nobody has
what only stand-ins were told (`expired-hints`): let hints live longer than any cut, as `hinted-handoff` does.
Anti-entropy is no help, for no home ever had it. It helps where homes alone count, and hints only
save work (`quorum: hinted`): then a home that was away for longer than hints live has missed what other homes
have. It stays stale if nothing repairs it (`away-longer-than-hints`), and `anti-entropy` brings it up.

To watch in the logs: `hint-kept for=n3 key={cart}x0`, and after the healing `handed-home to=n3 count=12`, or
before it `hints-expired to=n3 count=12`. The answer to a sloppy write says so:
`"hints": 2, "stand_ins": {"n1": "n4", "n3": "n5"}`.

In the wild: Dynamo and Riak (usual setting), Voldemort; Cassandra keeps hints on the coordinator, for three
hours (`max_hint_window`), and does not count them, unless the level is ANY.
"""

from typing import Any

from chaos.catalogue.scenario import Scenario, problem, remedy
from chaos.cluster.shape import Shape
from chaos.faults.isolate import Isolate
from chaos.faults.partition import Partition
from chaos.running.run import Run
from chaos.workloads import register

TAG = "{cart}"  # all keys have the same homes
HOMES = tuple(f"home-{number}-of:{TAG}" for number in (1, 2, 3))
CUT_S = 6.0  # much longer than it takes to find out that a home does not answer, on a busy machine, too


def apart(run: Run) -> Partition:
    """One gateway with everybody else on one side, the homes with the other gateway on the other."""
    _, other = run.cluster.gateways
    return Partition(((*HOMES, other), ("rest",)))


async def script(run: Run) -> None:
    """Part them for a while."""
    await run.acknowledged(20)
    async with run.fault(apart(run)):
        await run.traffic(CUT_S)
    await run.acknowledged(20)


async def until_hints_expire(run: Run) -> None:
    """Part them until some of the hints are too old."""
    await until_expired(run, apart(run))


async def away_too_long(run: Run) -> None:
    """One home is away until what others keep for it is too old."""
    await until_expired(run, Isolate(HOMES[0]))


async def until_expired(run: Run, fault: Partition | Isolate) -> None:
    """Let the fault last until hints have expired."""
    await run.acknowledged(20)

    async def have_expired() -> bool:
        return bool(run.logged(name="hints-expired"))

    async with run.fault(fault):
        await run.comes_true("hints have expired", have_expired)
    await run.acknowledged(20)


HINTED: dict[str, Any] = {
    "script": away_too_long,
    "shape": Shape(replicas=3),
    "also": ["stale-replica"],
    "quorum": "hinted",
    "hint_ms": 1000,
    "read_repair": "none",
}
ONCE = register.write_once(prefix=TAG, clients=12, rate_per_s=80, write_fraction=0.4)

SCENARIO = Scenario(
    id="sloppy-quorum",
    section="E",
    title="Cut off from a key's homes, while other nodes could take the write",
    script=script,
    workload=register.reads_and_writes(keys=30, prefix=TAG, clients=12, rate_per_s=80, write_fraction=0.4),
    checkers=("unavailable", "lost-write"),
    bounds_ms={"unavailable": 4000},
    needs=frozenset({"links"}),
    settings={"family": "leaderless", "n": 3, "w": 2, "r": 2},
    shape=Shape(replicas=5),
    variants=(
        problem("strict", finds=["unavailable"]),
        remedy("hinted-handoff", sloppy=True),
        problem("before-handoff", finds=["stale-read"], also=["stale-read"], sloppy=True),
        problem(
            "expired-hints",
            finds=["lost-write"],
            script=until_hints_expire,
            workload=ONCE,
            sloppy=True,
            hint_ms=1000,
        ),
        problem("away-longer-than-hints", finds=["stale-replica"], **HINTED),
        remedy("anti-entropy", **HINTED, anti_entropy=True),
    ),
)

if __name__ == "__main__":
    from chaos.cli import run_scenario

    run_scenario(SCENARIO.id)
