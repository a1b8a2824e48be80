"""The tour waits for whoever reads at a terminal, and for nobody else; it goes when it is told to."""

import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

import psutil
import pytest

from chaos.catalogue.tour import STEPS
from chaos.cli import main
from chaos.commands import touring

Printed = pytest.CaptureFixture[str]


def typing(monkeypatch: pytest.MonkeyPatch, lines: Iterable[str]) -> None:
    """Somebody sits at a terminal and types these lines; then the terminal is closed."""
    waiting = iter(lines)

    def read(_: str) -> str:
        for line in waiting:
            return line
        raise EOFError

    monkeypatch.setattr(touring, "somebody_reads", lambda: True)
    monkeypatch.setattr("builtins.input", read)


def test_the_list_has_a_command_for_each_step_and_runs_none(capsys: Printed) -> None:
    assert main(["tour", "--list", "--on", "local"]) == 0
    said = capsys.readouterr().out
    assert "   3  ./lab run split-brain:unfenced --on local --seed 1\n" in said
    assert all(" ".join(step.command) in said for step in STEPS)
    assert all(len(line) <= touring.WIDTH for line in said.splitlines())


@pytest.mark.parametrize("typed", [["q"], ["what?", "Q"], []])
def test_who_wants_to_leave_before_the_first_step_has_run_nothing(
    typed: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Printed
) -> None:
    typing(monkeypatch, typed)
    assert main(["tour", "--out", str(tmp_path)]) == 0
    assert STEPS[0].look_for[:40] in capsys.readouterr().out
    assert not list(tmp_path.iterdir())


def test_a_step_is_run_by_enter_and_another_skipped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Printed
) -> None:
    typing(monkeypatch, ["s", "", "q"])
    assert main(["tour", "--from", "2", "--out", str(tmp_path)]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert f"[3/{len(STEPS)}] One leader: ./lab run split-brain:unfenced --on sim --seed 1" in said
    assert "Seen: as expected, split brain, " in said
    assert [folder.name for folder in tmp_path.iterdir() if not folder.is_symlink()] == ["split-brain"]


def test_a_page_of_runs_that_were_skipped_is_one_line_and_the_tour_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Printed
) -> None:
    typing(monkeypatch, ["", "q"])
    assert main(["tour", "--from", "5", "--out", str(tmp_path)]) == 4
    printed = capsys.readouterr()
    assert printed.err.startswith("lab: there is no run of split-brain:unfenced")
    assert "[6/" in printed.out


def test_a_runtime_that_there_is_not_is_refused_with_the_nearest(capsys: Printed) -> None:
    assert main(["tour", "--on", "lokal"]) == 2
    assert "did you mean local?" in capsys.readouterr().err


def test_ctrl_c_at_a_terminal_ends_it_as_it_ends_any_command(tmp_path: Path) -> None:
    here, there = pty.openpty()
    tour = subprocess.Popen(
        [sys.executable, "-m", "chaos", "tour", "--out", str(tmp_path)],
        stdin=there,
        stdout=there,
        stderr=there,
    )
    os.close(there)
    said = b""
    while b"[Enter, s, q]" not in said:
        said += os.read(here, 4096)
    while psutil.Process(tour.pid).status() != psutil.STATUS_SLEEPING:
        time.sleep(0.01)  # between its asking and its reading Python would hear the signal only with a line
    tour.send_signal(signal.SIGINT)
    assert tour.wait() == 130
    os.close(here)
    assert b"Traceback" not in said
    assert not list(tmp_path.iterdir())
