"""A test of the tests: each planted mistake is caught by a sweep, and the right code is not accused."""

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path

import pytest

from chaos.runtimes.workers import in_processes
from chaos.sweeping.sweep import run_one
from tests.bugs.planted import BUGS, Hunt

MOST_SEEDS = 100
MODULES = sorted(path.stem for path in Path(__file__).parent.glob("*.py") if path.stem != Path(__file__).stem)
for module in MODULES:
    import_module(f"tests.bugs.{module}")  # each enters its own mistakes in the table
WORKERS = 2


@pytest.fixture(scope="module")
def caught() -> Mapping[str, int | None]:
    """For each mistake the first seed that catches it."""
    return dict(in_processes(hunt_down, sorted(BUGS), WORKERS))


def hunt_down(name: str) -> tuple[str, int | None]:
    """Patches are in force within one process, so every hunt keeps to its own."""
    bug = BUGS[name]
    with bug.patch():
        seeds = range(1, MOST_SEEDS + 1)
        return name, next((seed for seed in seeds if shows(bug.hunt, seed)), None)


def shows(hunt: Hunt, seed: int) -> bool:
    return hunt.anomaly in run_one(hunt.simulation(seed)).found


@pytest.mark.parametrize("name", BUGS)
def test_the_mistake_is_caught_and_only_the_mistake(name: str, caught: Mapping[str, int | None]) -> None:
    seed = caught[name]
    assert seed is not None, f"no sweep of {MOST_SEEDS} seeds caught it"
    assert not shows(BUGS[name].hunt, seed), "the right code shows the same on that seed"


def test_there_are_enough_of_them_and_of_each_family() -> None:
    assert len(BUGS) >= 12
    assert sum(bug.patch.__module__ == "tests.bugs.leaderless" for bug in BUGS.values()) >= 8
