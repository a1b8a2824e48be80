"""`./lab run --schedule`: the faults strike as the file says, and the run's folder can repeat itself."""

import json
from pathlib import Path

import pytest

from chaos.cli import main
from tests.repository import ROOT

EXAMPLE = ROOT / "docs" / "examples" / "split-brain-by-hand.json"
RECORDED = ("history.jsonl", "events.jsonl")


def run(schedule: Path, out: Path, *more: str) -> int:
    words = ["run", "--schedule", str(schedule), "--on", "sim", "--seed", "1", "--out", str(out), "--quiet"]
    return main([*words, *more])


def test_the_example_shows_what_it_says_and_its_folder_repeats_it(tmp_path: Path) -> None:
    assert run(EXAMPLE, tmp_path / "first") == 0
    first = (tmp_path / "first" / "latest").resolve()
    assert first.parent.name == "split-brain-by-hand" and first.parent.parent.name == "by-hand"
    about = json.loads((first / "run.json").read_text("utf-8"))
    assert about["command"] == f"./lab run --schedule {first}/schedule.json --on sim --seed 1"
    assert about["judged"] == ["split-brain", "lost-write"]
    assert (first / "report.html").exists()
    assert run(first / "schedule.json", tmp_path / "again") == 0
    again = (tmp_path / "again" / "latest").resolve()
    assert again.parent.name == "split-brain-by-hand"
    for name in RECORDED:
        assert (first / name).read_bytes() == (again / name).read_bytes()
    assert main(["check", str(first)]) == 0


def test_what_says_nothing_of_anomalies_must_be_free_of_them(tmp_path: Path) -> None:
    quiet = {"strokes": [{"kind": "slow", "at_ms": 0, "for_ms": 500, "source": "n3", "amount": 50}]}
    path = tmp_path / "Quiet one.json"
    path.write_text(json.dumps({**quiet, "length_ms": 1000}), "utf-8")
    assert run(path, tmp_path) == 0
    about = json.loads((tmp_path / "latest" / "run.json").read_text("utf-8"))
    assert (about["variant"], about["kind"]) == ("quiet-one", "remedy")
    assert about["judged"] == ["split-brain", "lost-write", "diverged-replicas"]


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["run"], "name the scenarios to run, or say --all, or --schedule FILE"),
        (["run", "split-brain", "--schedule", str(EXAMPLE)], "or --schedule FILE"),
        (["run", "--all", "--schedule", str(EXAMPLE)], "or --schedule FILE"),
        (["run", "--schedule", str(EXAMPLE), "--jobs", "2"], "--jobs is for several variants"),
        (["run", "--schedule", "none.json"], "none.json: it cannot be read (No such file or directory)"),
    ],
)
def test_what_does_not_go_together_is_wrong_usage(
    capsys: pytest.CaptureFixture[str], words: list[str], complaint: str
) -> None:
    assert main(words) == 2
    said = capsys.readouterr().err
    assert complaint in said and said.count("\n") == 1


def test_what_a_runtime_cannot_do_is_said_before_anything_starts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "clock.json"
    wrong = {"kind": "clock", "at_ms": 0, "for_ms": 500, "source": "n1", "amount": 5000}
    path.write_text(json.dumps({"strokes": [wrong]}), "utf-8")
    assert main(["run", "--schedule", str(path), "--on", "local", "--out", str(tmp_path / "out")]) == 4
    why = "it needs clocks, which local cannot do"
    said = f"lab: by-hand:clock does not run on local: {why}; run it on sim\n"
    assert capsys.readouterr().err == said
    assert not (tmp_path / "out").exists()


def test_replay_names_the_command_that_repeats_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(EXAMPLE, tmp_path) == 0
    capsys.readouterr()
    assert main(["replay", str(tmp_path / "latest"), "--out", str(tmp_path)]) == 4
    said = capsys.readouterr().err
    assert "./lab run --schedule" in said and said.count("\n") == 1
