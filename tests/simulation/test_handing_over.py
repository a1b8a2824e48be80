"""The lead passes as planned, however the cluster is set: not one request fails, and nothing is lost."""

from collections.abc import Iterator, Mapping
from itertools import cycle
from typing import Any, get_args

import pytest

from chaos.catalogue.scenario import Scenario, remedy
from chaos.running.run import Run
from chaos.workloads import register, transactions
from services.settings.single_leader import Replication, ReplicationLog
from tests.simulation.stories import accused, played

TRANSFERS = 3
FENCINGS: Mapping[str, Mapping[str, Any]] = {
    "unfenced": {},
    "no-epochs": {"epochs": False},
    "lease": {"lease": True},
    "stonith": {"stonith": True},
    "both": {"lease": True, "stonith": True},
}
WAYS: Mapping[str, Mapping[str, Any]] = {
    **FENCINGS,
    **{f"{name}-by-hand": {**how, "coordination": "manual"} for name, how in FENCINGS.items()},
    "election": {"coordination": "election"},
}
# `statement` is a problem by itself: what is drawn or looked up comes out otherwise on a follower.
LOGS = tuple(log for log in get_args(ReplicationLog) if log not in ("statement", "row-without-commit"))


async def passes_on(run: Run) -> None:
    """The lead goes to whom the leader chooses, to a replica by name, and on."""
    for number in range(TRANSFERS):
        await run.acknowledged(15)
        leader = await run.leader()
        to = run.followers(leader)[-1] if number == 1 else None
        assert await run.hand_over(to) != leader
    await run.acknowledged(15)


def story(settings: Mapping[str, Any], *, log: str | None = None) -> Scenario:
    """With `log` clients send transactions of SQL, else they read and write registers."""
    registers = register.reads_and_writes(keys=5, clients=8, rate_per_s=120, write_fraction=0.6)
    of_registers = ("lost-write", "stale-read")
    return Scenario(
        id="handing-over",
        section="A",
        title="The lead passes again and again",
        script=passes_on,
        workload=transactions.pairs(clients=6, rate_per_s=60) if log else registers,
        checkers=("split-brain", "failed-request", "diverged-replicas", *(() if log else of_registers)),
        settings={**settings, **({"replication_log": log} if log else {})},
        variants=(remedy("held"),),
    )


def stories() -> Iterator[Any]:
    """Every way to lead with every rule of acknowledgement and both ways to read, and with every log."""
    for name, how in WAYS.items():
        for rule in get_args(Replication):
            for reads in ("leader", "bounded"):
                settings = {**how, "replication": rule, "reads": reads}
                yield pytest.param(story(settings), id=f"{name}-{rule}-{reads}")
        for log, rule in zip(LOGS, cycle(("semi-sync", "quorum-ack")), strict=False):
            yield pytest.param(story({**how, "replication": rule}, log=log), id=f"{name}-{log}")


@pytest.mark.parametrize("scenario", list(stories()))
def test_a_hand_over_costs_nobody_a_request(scenario: Scenario) -> None:
    verdict, cluster = played(scenario, seed=5)
    assert accused(verdict) == []
    passed = [event for event in cluster.events() if event.event == "hands-over"]
    assert len(passed) == TRANSFERS
    assert not any(event.event == "old-leader-shut-down" for event in cluster.events())
