"""Machines that stand still at random moments, cut off with one gateway, and come back too early."""

from collections.abc import Callable
from typing import Any

from chaos.catalogue.scenario import Scenario, Script, remedy
from chaos.cluster.seeds import child
from chaos.faults.freeze import Freeze, Telltale
from chaos.faults.partition import Partition
from chaos.judging.verdict import Verdict
from chaos.running.run import Run
from chaos.workloads import register
from tests.simulation import stories

WORKLOAD = register.reads_and_writes(keys=4, clients=16, rate_per_s=120, write_fraction=0.5)
LEASE: dict[str, Any] = {"replication": "semi-sync", "lease": True}
ELECTION: dict[str, Any] = {"replication": "quorum-ack", "coordination": "election"}
BOUNDED: dict[str, Any] = {"replication": "semi-sync", "reads": "bounded", "read_bound_ms": 600}


def leader_on_an_island(seed: int, told_by: Telltale) -> Script:
    """It stands still before or as it is cut off, and comes back when a successor has written."""
    random = child(seed, "freeze")

    async def script(run: Run) -> None:
        await run.acknowledged(30)
        leader, gateway = await run.leader(), next(iter(run.cluster.gateways))
        island = Partition(((leader, gateway), ("rest",)))
        freeze = Freeze(leader, told_by)
        await run.traffic(random.uniform(0, 0.5))
        early = freeze.applied(run.cluster, run._announce)
        await early.__aenter__()
        await run.traffic(random.choice((0, random.uniform(0, 0.3))))
        async with run.fault(island):
            await run.acknowledged(random.randint(1, 40), other_than=leader)
            await early.__aexit__(None, None, None)
            await run.acknowledged(random.randint(10, 40), other_than=leader)
            async with run.fault(freeze):
                await run.traffic(random.uniform(0, 0.8))
        await run.acknowledged(20)

    return script


def follower_behind_a_cut(seed: int, told_by: Telltale) -> Script:
    """A follower that may answer reads stands still, for longer than it may, and hears nothing afterwards."""
    random = child(seed, "freeze")

    async def script(run: Run) -> None:
        await run.acknowledged(30)
        leader = await run.leader()
        follower = random.choice(run.followers(leader))
        gateway = next(iter(run.cluster.gateways))
        async with run.fault(Partition(((follower, gateway), ("rest",)))):
            async with run.fault(Freeze(follower, told_by)):
                await run.acknowledged(random.randint(20, 60), other_than=follower)
            await run.acknowledged(20, other_than=follower)
        await run.acknowledged(20)

    return script


def frozen(
    seed: int,
    settings: dict[str, Any],
    told_by: Telltale,
    freezes: Callable[[int, Telltale], Script] = leader_on_an_island,
    checkers: tuple[str, ...] = ("linearizable", "split-brain", "lost-write", "stale-read"),
) -> Verdict:
    """What a run from `seed` shows."""
    return played(seed, freezes(seed, told_by), {"detection_timeout_ms": 1000, **settings}, checkers)


def played(seed: int, script: Script, settings: dict[str, Any], checkers: tuple[str, ...]) -> Verdict:
    """What a run of `script` from `seed` shows, under traffic of readers and writers."""
    scenario = Scenario(
        id="freezing",
        section="A",
        title="A machine stands still",
        script=script,
        workload=WORKLOAD,
        checkers=checkers,
        variants=(remedy("held", **settings),),
    )
    return stories.played(scenario, seed)[0]


def found(verdict: Verdict) -> list[str]:
    """What was found, and what could not be told."""
    return [f"{a.name}: {a.found}" for a in verdict.anomalies if a.found is not False] + [*verdict.problems]
