"""Whatever ends a lab, and whenever: no process of it lives on, and no file of it stays."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from secrets import token_hex

import psutil
import pytest

GONE_S = 8.0
MARK = "LAB_TEST_MARK"


class Lab:
    """A lab in a process of its own. All that it starts inherits its mark and its temporary directory."""

    def __init__(self, phase: str, temporary: Path) -> None:
        self.mark = token_hex(8)
        self._temporary = temporary
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.end_to_end.victim", phase],
            env={**os.environ, MARK: self.mark, "TMPDIR": str(temporary)},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def wait_until_it_is_there(self) -> None:
        assert self.process.stdout
        assert self.process.stdout.readline(), "the lab ended while it started"

    def left(self) -> list[str]:
        processes = [" ".join(process.cmdline()) for process in self.living()]
        return processes + [str(path) for path in self._temporary.iterdir()]

    def living(self) -> Iterator[psutil.Process]:
        for process in psutil.process_iter():
            try:
                if process.environ().get(MARK) == self.mark and process.status() != psutil.STATUS_ZOMBIE:
                    yield process
            except psutil.Error:  # gone, a zombie, or somebody else's
                continue

    def must_leave_nothing(self) -> None:
        self.process.wait(GONE_S)
        deadline = time.monotonic() + GONE_S
        while left := self.left():
            assert time.monotonic() < deadline, left
            time.sleep(0.05)


@pytest.mark.parametrize("phase", ["running", "paused", "killed", "restarting"])
def test_sigkill(phase: str, tmp_path: Path) -> None:
    lab = Lab(phase, tmp_path)
    lab.wait_until_it_is_there()
    assert len(list(lab.living())) > 6
    lab.process.kill()
    lab.must_leave_nothing()


@pytest.mark.parametrize("tenths", [3, 7, 11, 15])
def test_sigkill_while_it_starts(tenths: int, tmp_path: Path) -> None:
    lab = Lab("running", tmp_path)
    time.sleep(tenths / 10)  # the moment is meant to be arbitrary
    lab.process.kill()
    lab.must_leave_nothing()


@pytest.mark.parametrize(
    ("phase", "number"),
    [
        ("running", signal.SIGINT),
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
    lab.must_leave_nothing()


def test_without_its_reaper(tmp_path: Path) -> None:
    """Even without the reaper the nodes go when the lab goes: each holds the end of a pipe."""
    lab = Lab("running", tmp_path)
    lab.wait_until_it_is_there()
    [reaper] = [process for process in lab.living() if "reaper" in " ".join(process.cmdline())]
    reaper.kill()
    lab.process.kill()
    lab.process.wait(GONE_S)
    deadline = time.monotonic() + GONE_S
    while alive := list(lab.living()):
        assert time.monotonic() < deadline, alive
        time.sleep(0.05)
