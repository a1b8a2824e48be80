"""What `./lab run` shows while it runs, and what it says at the end of what was not as expected."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from chaos.catalogue.discover import select
from chaos.cli import main
from chaos.commands.pace import Pace, in_words
from chaos.commands.run import sensible
from chaos.commands.screen import Screen
from chaos.runtimes.registry import RUNTIMES
from chaos.sessions.task import Task, tasks
from chaos.sessions.written import task_of

Printed = pytest.CaptureFixture[str]
TWO = ("lost-writes:async", "lost-writes:semi-sync")
FINDING = {
    "name": "lost-write",
    "found": True,
    "count": 3,
    "witnesses": [{"ops": [1, 2], "text": "x=7 is gone"}],
}


def verdict(**changes: Any) -> dict[str, Any]:
    usual = {"scenario": "lost-writes", "variant": "semi-sync", "kind": "remedy", "as_expected": True}
    return {**usual, "anomalies": [], "problems": [], "folder": "/runs/it", **changes}


def test_each_variant_has_its_number_and_the_start_says_how_long_it_may_take(
    tmp_path: Path, capsys: Printed
) -> None:
    assert main(["run", *TWO, "--on", "sim", "--seed", "7", "--out", str(tmp_path)]) == 0
    printed = capsys.readouterr().out
    assert re.match(r"2 variants on sim, seed 7; about \d+ s …", printed)
    assert "[1/2] lost-writes:async  (problem" in printed
    assert "[2/2] lost-writes:semi-sync  (remedy" in printed
    assert printed.endswith("\n2 of 2 as expected\n")


def test_quiet_says_the_verdicts_and_no_more(tmp_path: Path, capsys: Printed) -> None:
    assert main(["run", *TWO, "--on", "sim", "--seed", "7", "--out", str(tmp_path), "--quiet"]) == 0
    first, *verdicts, empty, last = capsys.readouterr().out.splitlines()
    assert first.startswith("2 variants on sim")
    assert verdicts == ["[1/2] ✓ lost-writes:async  shown", "[2/2] ✓ lost-writes:semi-sync  held"]
    assert (empty, last) == ("", "2 of 2 as expected")


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (
            {"as_expected": False, "anomalies": [FINDING]},
            ("✗", "broken", "lost-write (3 times): x=7 is gone"),
        ),
        ({"as_expected": None, "problems": ["this machine stood still"]}, ("?", "unknown", "stood still")),
        (
            {"as_expected": False, "kind": "problem", "anomalies": [{**FINDING, "found": False}]},
            ("✗", "not shown", "did not show lost-write"),
        ),
        (
            {"as_expected": None, "anomalies": [{**FINDING, "found": None, "reason": "no final reads"}]},
            ("?", "lost-write: no final reads"),
        ),
    ],
)
def test_the_table_names_what_was_not_as_expected_and_why(
    changes: dict[str, Any], told: tuple[str, ...], capsys: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    Screen(to_stderr=False).closing([verdict(), verdict(variant="lease", **changes)])
    printed = capsys.readouterr().out
    assert "1 of 2 as expected, but not:" in printed
    assert "lost-writes:lease" in printed and "lost-writes:semi-sync" not in printed
    assert "/runs/it" in printed
    for text in told:
        assert text in printed


def work() -> list[Task]:
    return list(tasks(select(TWO), RUNTIMES["sim"], 7))


def test_the_estimate_is_what_it_took_the_last_time(tmp_path: Path) -> None:
    folder = tmp_path / "lost-writes" / "async" / "20261130-000000"
    folder.mkdir(parents=True)
    about = {"runtime": "sim", "finished": True, "duration_s": 100}
    (folder / "run.json").write_text(json.dumps(about))
    (tmp_path / "lost-writes" / "semi-sync" / "1").mkdir(parents=True)
    (tmp_path / "lost-writes" / "semi-sync" / "1" / "run.json").write_text("{")  # half written
    pace = Pace(work(), tmp_path, jobs=1)
    assert pace.left() == "about 2 min"
    assert pace.number == 1
    pace.done("lost-writes:async", 40)
    assert (pace.number, pace.left()) == (2, "about 40 s")  # as long as what has run here
    pace.done("lost-writes:semi-sync", 40)
    assert pace.left() == ""
    assert Pace(work(), tmp_path, jobs=4).left() == "about 25 s"


def test_what_does_not_run_here_is_skipped_with_the_reason(capsys: Printed) -> None:
    left = [*sensible(select(["split-brain"]), RUNTIMES["local"], ["split-brain"], Screen(to_stderr=False))]
    said = capsys.readouterr().out
    assert "lease-frozen" not in [variant.name for _, variants in left for variant in variants]
    assert "skipped on local: split-brain:lease-frozen (all nodes share the clocks of one machine" in said
    assert "makes no sense" not in said


@pytest.mark.parametrize(
    ("runtime", "left"), [("local", "about 35 s"), ("compose", "about 40 s"), ("sim", "about 2 s")]
)
def test_a_schedule_takes_as_long_as_it_says(runtime: str, left: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.json"
    stroke = {"kind": "kill", "at_ms": 27_000, "for_ms": 3000, "source": "n1"}
    path.write_text(json.dumps({"strokes": [stroke]}))
    assert Pace([task_of(path, RUNTIMES[runtime], 1)], tmp_path, jobs=1).left() == left


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.1, "1 s"), (7.4, "7 s"), (43, "45 s"), (89, "90 s"), (100, "2 min")]
)
def test_an_estimate_is_round(seconds: float, words: str) -> None:
    assert in_words(seconds) == words
