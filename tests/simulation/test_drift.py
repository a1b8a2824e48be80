"""Whoever waits for the end of what another one measures allows for clocks that go wrong differently."""

import pytest

from chaos.schedules.schedule import Kind, Schedule, Stroke
from chaos.sessions.simulate import Simulation
from chaos.sweeping.sweep import run_one

LENGTH_MS = 4500
SEEDS = range(6)  # without the allowance more than half of all seeds show it
EVERYBODY = ("n1", "n2", "n3", "controller", "g2")


def stroke(
    kind: Kind, source: str, *targets: str, at_ms: int = 0, for_ms: int = 4000, amount: int = 0
) -> Stroke:
    return Stroke(kind=kind, at_ms=at_ms, for_ms=for_ms, source=source, targets=targets, amount=amount)


SLOW_LEADER = (
    stroke("clock-drift", "leader", amount=-50),
    stroke("clock-drift", "controller", amount=50),
    stroke("cut", "leader", *EVERYBODY, at_ms=500),
    stroke("cut", "g1", "controller", at_ms=500),
)
FAST_LEADER = (
    stroke("clock-drift", "n1", amount=50),
    stroke("clock-drift", "n2", "n3", amount=-50),
    *(stroke("cut-one-way", "n1", "n2", "n3", at_ms=at_ms, for_ms=700) for at_ms in (500, 1500, 2500)),
)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_lease_ends_first_where_the_clock_is_slow(seed: int) -> None:
    settings = (("replication", "async"), ("lease_ms", 1500))
    schedule = Schedule(SLOW_LEADER, LENGTH_MS)
    result = run_one(Simulation("split-brain", "lease", seed, schedule, settings=settings))
    assert "split-brain" not in result.found and not result.problems


@pytest.mark.parametrize("seed", SEEDS)
def test_a_follower_stops_to_answer_before_a_fast_leader_goes_on(seed: int) -> None:
    schedule = Schedule(FAST_LEADER, LENGTH_MS)
    result = run_one(Simulation("stale-reads", "bounded", seed, schedule, clients=40, rate_per_s=400))
    assert result.found == () and not result.problems
