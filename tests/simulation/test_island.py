"""A leader on an island with a follower: whoever leads no more must not vouch for what its follower shows."""

from collections.abc import Mapping
from typing import Any

import pytest

from chaos.catalogue.scenario import Scenario, Script, remedy
from chaos.cluster.shape import Shape
from chaos.faults.freeze import Freeze
from chaos.faults.partition import Partition
from chaos.running.run import Run
from chaos.workloads import register
from tests.simulation.stories import accused, played

SEEDS = 4
BOUNDED: Mapping[str, Any] = {"reads": "bounded", "read_bound_ms": 300}


async def cut_off_with_a_follower(run: Run) -> None:
    """On the island readers ask a follower that goes on hearing of the old leader, while others write."""
    await run.acknowledged(40)
    leader, gateway = await run.leader(), next(iter(run.cluster.gateways))
    follower = run.followers(leader)[0]
    async with run.fault(Partition(((leader, follower, gateway), ("rest",)))):
        await run.acknowledged(60, other_than=leader)
        await run.traffic(seconds=0.5)
    await run.acknowledged(20)


async def frozen_meanwhile(run: Run) -> None:
    """The old leader goes on only when its successor has written: it asks once more, in vain."""
    await run.acknowledged(40)
    leader, gateway = await run.leader(), next(iter(run.cluster.gateways))
    follower = run.followers(leader)[0]
    async with run.fault(Partition(((leader, follower, gateway), ("rest",)))):
        async with run.fault(Freeze(leader, "boot-time")):
            await run.acknowledged(40, other_than=leader)
        await run.acknowledged(60, other_than=leader)
    await run.acknowledged(20)


@pytest.mark.parametrize(
    ("script", "settings"),
    [
        pytest.param(cut_off_with_a_follower, {"replication": "quorum-ack", "lease": True}, id="lease"),
        pytest.param(
            frozen_meanwhile,
            {"replication": "quorum-ack", "coordination": "election", "detection_timeout_ms": 1500},
            id="election",
        ),
    ],
)
def test_a_follower_is_not_fresh_by_the_word_of_a_leader_without_a_lease(
    script: Script, settings: Mapping[str, Any]
) -> None:
    scenario = Scenario(
        id="island",
        section="A",
        title="The leader and one follower are cut off from the others",
        script=script,
        workload=register.reads_and_writes(keys=60, clients=16, rate_per_s=160, write_fraction=0.4),
        checkers=("stale-read",),
        settings={**BOUNDED, **settings},
        shape=Shape(replicas=5),
        variants=(remedy("held"),),
    )
    for seed in range(SEEDS):
        assert accused(played(scenario, seed)[0]) == [], seed
