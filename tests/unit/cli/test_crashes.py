"""A crash is exit 4 and one line, for every command; and what a replay cannot compare is said."""

import json
from pathlib import Path
from typing import Any

import pytest

from chaos import cli
from chaos.checkers import lost_write
from chaos.cli import main
from chaos.judging.verdict import COULD_NOT_RUN
from tests.unit.cli.test_commands import record, saved_run

Printed = pytest.CaptureFixture[str]


@pytest.mark.parametrize("error", [KeyError("x"), RuntimeError("two\nlines"), RecursionError("deep")])
def test_a_crash_of_a_command(error: Exception, monkeypatch: pytest.MonkeyPatch, capsys: Printed) -> None:
    def crash(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr(cli, "app", crash)
    assert main(["list"]) == COULD_NOT_RUN
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"lab: crashed: {type(error).__name__}: ")
    assert "LAB_TRACEBACK=1" in line


def test_more_of_a_crash_for_who_asks(monkeypatch: pytest.MonkeyPatch, capsys: Printed) -> None:
    monkeypatch.setattr(cli, "app", lambda *_, **__: int("nothing"))
    monkeypatch.setenv("LAB_TRACEBACK", "1")
    assert main(["list"]) == COULD_NOT_RUN
    assert "Traceback (most recent call last)" in capsys.readouterr().err


@pytest.mark.parametrize(("code", "expected"), [("in words", 4), (None, 0), (3, 3)])
def test_how_a_command_ends(code: Any, expected: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def end(*_: Any, **__: Any) -> None:
        raise SystemExit(code)

    monkeypatch.setattr(cli, "app", end)
    assert main(["list"]) == expected


def test_a_crash_of_a_checker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Printed) -> None:
    def crash(_: object) -> None:
        raise TypeError("of\nmy own")

    monkeypatch.setattr(lost_write, "check", crash)
    history = str(record(tmp_path, lose=True) / "history.jsonl")
    assert main(["check", history, "--checker", "lost-write"]) == COULD_NOT_RUN
    assert len(capsys.readouterr().out.splitlines()) == 1
    assert main(["check", history, "--checker", "lost-write", "split-brain", "--json"]) == COULD_NOT_RUN
    verdict = json.loads(capsys.readouterr().out)
    assert verdict["anomalies"][0]["crashed"] is True
    assert "TypeError: of my own (test_crashes.py, line " in verdict["anomalies"][0]["reason"]


def test_a_replay_without_a_recording_to_compare_with(tmp_path: Path, capsys: Printed) -> None:
    folder = saved_run(tmp_path / "run", lose=True, scenario="lost-writes", variant="async", runtime="sim")
    (folder / "history.jsonl").unlink()
    assert main(["replay", str(folder), "--out", str(tmp_path / "out")]) == COULD_NOT_RUN
    complaint = capsys.readouterr().err
    assert "has no history.jsonl and no events.jsonl, so there is nothing to compare" in complaint
    assert "code has changed" not in complaint
