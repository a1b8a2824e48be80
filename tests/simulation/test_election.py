"""At most one leader an epoch, whatever strikes: pauses, deaths, jumping clocks, power failures."""

from collections.abc import Iterator

import pytest

from chaos.runtimes.workers import in_processes
from chaos.sessions.simulate import Simulation
from chaos.sweeping.sweep import simulations
from tests.bugs.elections import votes_are_not_durable
from tests.simulation.elections import Outcome, power_failures, watched

FEW, MANY = 200, 2_000
WORKERS = 2
MOST_SEEDS = 60


def runs(seeds: int) -> Iterator[Simulation]:
    """In turns faults of all sorts, drawn by chance, and power failures in the middle of elections."""
    for seed in range(0, seeds, 2):
        yield from simulations("failover", "election", [seed], by_chance=True)
        yield power_failures(seed + 1)


@pytest.mark.timeout(0)
@pytest.mark.parametrize("seeds", [FEW, pytest.param(MANY, marks=pytest.mark.long)], ids=["few", "many"])
def test_an_epoch_has_at_most_one_leader(seeds: int) -> None:
    outcomes = list(in_processes(watched, runs(seeds), WORKERS))
    assert [outcome for outcome in outcomes if outcome.crowded or outcome.as_expected is False] == []
    elections = [outcome.epochs for outcome in outcomes]
    assert sum(elections) > seeds, "there were hardly any elections"


def test_votes_that_are_forgotten_are_caught() -> None:
    """The mistake that nothing but these power failures shows; without it the same seed is all right."""
    with votes_are_not_durable():
        caught = next((seed for seed in range(1, MOST_SEEDS) if _crowded(seed)), None)
    assert caught is not None, f"no sweep of {MOST_SEEDS} seeds caught it"
    assert not _crowded(caught)


def _crowded(seed: int) -> bool:
    outcome: Outcome = watched(power_failures(seed))
    return bool(outcome.crowded)
