"""The right code, under faults drawn from thousands of seeds, is accused of nothing."""

import pytest

from chaos.discover import all_scenarios
from chaos.runtimes.workers import in_processes
from chaos.sweep import Summary, run_one, simulations
from chaos.verdict import Kind

FEW, MANY = 2_000, 10_000
WORKERS = 2
REMEDIES: list[tuple[str, str, Kind]] = [
    (scenario.id, variant.name, variant.kind)
    for scenario in all_scenarios()
    for variant in scenario.variants
    if variant.kind == "remedy"
]


@pytest.mark.timeout(0)
@pytest.mark.parametrize(("scenario", "variant", "kind"), REMEDIES)
@pytest.mark.parametrize("seeds", [FEW, pytest.param(MANY, marks=pytest.mark.long)])
def test_remedies_hold_on_every_seed(scenario: str, variant: str, kind: Kind, seeds: int) -> None:
    """Each remedy gets its share of the seeds, and no seed is used for two."""
    share = seeds // len(REMEDIES)
    first = REMEDIES.index((scenario, variant, kind)) * share
    runs = simulations(scenario, variant, range(first, first + share), by_chance=True)
    summary = Summary(scenario, variant, kind, True, tuple(in_processes(run_one, runs, WORKERS)))
    assert summary.seeds(False) == []
    assert len(summary.seeds(None)) <= share // 100, [r.problems for r in summary.results if r.problems]
