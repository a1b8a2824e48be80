"""Every scenario in virtual time, as somebody types it: one seed quickly, many in the long form."""

from pathlib import Path

import pytest

from chaos.catalogue.discover import find_scenario, scenario_ids
from chaos.sessions.task import runtimes_of
from tests.end_to_end.playing import Played, lab, play

SEEDS = "1..500"


def simulated(scenario: str) -> list[str]:
    """The variants that make sense there, as people type them."""
    found = find_scenario(scenario)
    return [f"{found.id}:{each.name}" for each in found.variants if "sim" in runtimes_of(found, each)]


SIMULATED = [scenario for scenario in scenario_ids() if simulated(scenario)]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    """All of them, by one command: each starts anew what all of them need."""
    names = [name for scenario in SIMULATED for name in simulated(scenario)]
    return play(names, "sim", tmp_path_factory.mktemp("simulated"))


@pytest.mark.parametrize("scenario", SIMULATED)
def test_all_variants_are_as_expected(scenario: str, played: Played) -> None:
    verdicts = played.of(scenario)
    assert [verdict for verdict in verdicts if not verdict["as_expected"]] == [], played.said
    assert len(verdicts) == len(simulated(scenario))


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("scenario", SIMULATED)
def test_many_seeds_are_as_expected(scenario: str, tmp_path: Path) -> None:
    done = lab("sweep", *simulated(scenario), "--seeds", SEEDS, "--workers", 2, "--out", tmp_path, "--json")
    assert done.returncode == 0, done.stdout + done.stderr
