"""Whoever begins a scenario has one that runs; then it is his to change."""

import re
from pathlib import Path

import pytest

from tests.end_to_end.a_family import lab, project


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return project(tmp_path_factory.mktemp("new"))


def test_a_new_scenario_runs_at_once_and_on_every_seed(here: Path) -> None:
    said = lab(here, "new", "scenario", "slow-friday").stdout
    command = re.search(r"\./lab (run .*)", said)
    assert command, said
    done = lab(here, *command[1].split())
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 of 2 as expected" in done.stdout
    for variant in ("async", "quorum-ack"):
        swept = lab(here, "sweep", f"slow-friday:{variant}", "--seeds", "1..8", "--workers", "1")
        assert swept.returncode == 0, swept.stdout + swept.stderr


@pytest.mark.parametrize("name", ["Slow", "slow_friday", "-slow", "slow-", "../slow", "", "lost-writes"])
def test_a_name_that_cannot_be_taken_changes_nothing(here: Path, name: str) -> None:
    before = sorted((here / "scenarios").iterdir())
    done = lab(here, "new", "scenario", "--", name)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1 and "scenario" in done.stderr
    assert sorted((here / "scenarios").iterdir()) == before
