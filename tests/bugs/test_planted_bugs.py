"""A test of the tests: each planted mistake is caught by a sweep, and the right code is not accused."""

from itertools import count

import pytest

from chaos.sweep import run_one
from tests.bugs.planted import BUGS, Bug, Hunt

MOST_SEEDS = 100


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_the_mistake_is_caught_and_only_the_mistake(bug: Bug) -> None:
    with bug.patch():
        caught = next(seed for seed in count(1) if seed > MOST_SEEDS or shows(bug.hunt, seed))
    assert caught <= MOST_SEEDS, f"no sweep of {MOST_SEEDS} seeds caught it"
    assert not shows(bug.hunt, caught), "the right code shows the same on that seed"


def shows(hunt: Hunt, seed: int) -> bool:
    return hunt.anomaly in run_one(hunt.simulation(seed)).found


def test_there_are_enough_of_them() -> None:
    assert len(BUGS) >= 12
    assert len({bug.name for bug in BUGS}) == len(BUGS)
