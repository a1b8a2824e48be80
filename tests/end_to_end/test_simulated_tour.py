"""The tour promises at each step what one will see: so each of its commands is run, and is as expected."""

from pathlib import Path

import pytest

from chaos.catalogue.tour import STEPS
from chaos.cli import main


def test_each_step_runs_on_sim_and_shows_what_it_is_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["tour", "--out", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    words = " ".join(said.split())
    runs = [step for step in STEPS if step.command[0] == "run"]
    assert words.count("Seen: as expected, ") == len(runs) == words.count("1 of 1 as expected")
    assert all(step.look_for in words and step.seen in words for step in STEPS)
    (page,) = [line for line in said.splitlines() if line.endswith(".html")]
    assert Path(page).is_file() and Path(page).name.startswith("split-brain-unfenced-")
