"""The right code, under faults drawn from thousands of seeds, is accused of nothing."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from chaos.catalogue.discover import all_scenarios
from chaos.runtimes.workers import in_processes
from chaos.sessions.simulate import Simulation
from chaos.sweeping.sweep import run_one, simulations

FEW, MANY = 1_000, 10_000  # few: what a minute or two of each push may cost
WORKERS = 2
REMEDIES = [
    (scenario.id, variant.name)
    for scenario in all_scenarios()
    for variant in scenario.variants
    if variant.kind == "remedy" and not variant.only_in_its_story
]


def runs(seeds: int, light: bool) -> Iterator[Simulation]:
    """The remedies take turns, so no seed is used for two; a `light` load makes a run half as long."""
    for seed in range(seeds):
        (run,) = simulations(*REMEDIES[seed % len(REMEDIES)], [seed], by_chance=True)
        yield replace(run, clients=6, rate_per_s=30) if light else run


@pytest.mark.timeout(0)
@pytest.mark.parametrize(
    ("seeds", "light"), [(FEW, True), pytest.param(MANY, False, marks=pytest.mark.long)], ids=["few", "many"]
)
def test_remedies_hold_on_every_seed(seeds: int, light: bool) -> None:
    failed, unknown = [], []
    for result in in_processes(run_one, runs(seeds, light), WORKERS):
        if result.as_expected is False:
            failed.append((result.simulation, result.found))
        elif result.as_expected is None:
            unknown.append((result.simulation, result.problems))
    assert failed == []
    assert len(unknown) <= seeds // 100, unknown
