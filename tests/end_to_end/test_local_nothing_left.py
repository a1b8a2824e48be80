"""Whatever ends a lab, and whenever: no process of it lives on, and no file of it stays."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.end_to_end.marked import Marked

ENDS_S = 30


class Lab(Marked):
    """A lab in a process, and a session, of its own."""

    def __init__(self, phase: str, folder: Path) -> None:
        super().__init__(folder)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.end_to_end.victim", phase],
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def wait_until_it_is_there(self) -> None:
        assert self.process.stdout
        assert self.process.stdout.readline(), "the lab ended while it started"


@pytest.mark.parametrize("phase", ["running", "cached", "paused", "killed", "restarting"])
def test_sigkill(phase: str, tmp_path: Path) -> None:
    lab = Lab(phase, tmp_path)
    lab.wait_until_it_is_there()
    assert len(list(lab.living())) > 6
    lab.process.kill()
    lab.process.wait(ENDS_S)
    lab.must_leave_nothing()


@pytest.mark.parametrize("tenths", [3, 7, 11, 15])
def test_sigkill_while_it_starts(tenths: int, tmp_path: Path) -> None:
    lab = Lab("running", tmp_path)
    time.sleep(tenths / 10)  # the moment is meant to be arbitrary
    lab.process.kill()
    lab.process.wait(ENDS_S)
    lab.must_leave_nothing()


@pytest.mark.parametrize(
    ("phase", "number"),
    [
        ("running", signal.SIGINT),
        ("cached", signal.SIGINT),
        ("paused", signal.SIGINT),
        ("paused", signal.SIGHUP),
        ("paused", signal.SIGKILL),
    ],
)
def test_a_signal_to_the_whole_process_group(phase: str, number: signal.Signals, tmp_path: Path) -> None:
    """As the terminal does on Ctrl-C and when its window is closed."""
    lab = Lab(phase, tmp_path)
    lab.wait_until_it_is_there()
    os.killpg(lab.process.pid, number)
    lab.process.wait(ENDS_S)
    lab.must_leave_nothing()


def test_without_its_reaper(tmp_path: Path) -> None:
    """Even without the reaper the nodes go when the lab goes: each holds the end of a pipe."""
    lab = Lab("running", tmp_path)
    lab.wait_until_it_is_there()
    [reaper] = lab.running("reaper")
    reaper.kill()
    lab.process.kill()
    lab.process.wait(ENDS_S)
    lab.must_be_dead()
