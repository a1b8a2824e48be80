"""Ctrl-C ends a sweep at once, whatever its workers are at, and nobody says anything odd about it."""

import multiprocessing
import os
import re
import signal
import subprocess
import time
from pathlib import Path

import psutil
import pytest

from chaos.runtimes.workers import in_processes
from tests.repository import ROOT

ENDS_S = 60  # ample for one that does not wait: what is under way never ends by itself
ENDLESS = ("sweep", "write-conflict", "--random", "--seeds", "1..2000")


@pytest.mark.timeout(120)
@pytest.mark.parametrize("workers", [1, 3])
def test_the_first_ctrl_c_ends_it(workers: int, tmp_path: Path) -> None:
    """With one worker there is nobody to wait for; what counts then is what is said, and how it ends."""
    sweep = subprocess.Popen(
        [str(ROOT / "lab"), *ENDLESS, "--workers", str(workers), "--out", str(tmp_path), "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "FORCE_COLOR": "1"},  # as on a terminal, where the bar moves
        start_new_session=True,  # Ctrl-C goes to all of a terminal's processes
    )
    try:
        assert sweep.stderr
        until_results(sweep.stderr.fileno())
        for worker in workers_of(sweep):
            worker.suspend()  # in the middle of a run, so whoever waits for it waits for ever
        os.killpg(sweep.pid, signal.SIGINT)
        _, said = sweep.communicate(timeout=ENDS_S)
    finally:
        if sweep.poll() is None:
            os.killpg(sweep.pid, signal.SIGKILL)
    assert sweep.returncode == 130
    assert "interrupted: only what was found so far" in said
    assert "Exception ignored" not in said and "Traceback" not in said
    until_nobody_is_left(sweep.pid)


@pytest.mark.timeout(120)
def test_what_runs_is_ended_when_nobody_wants_more() -> None:
    before = multiprocessing.active_children()
    naps = in_processes(time.sleep, [0, 1000, 1000], workers=2)
    next(naps)
    naps.close()
    for worker in multiprocessing.active_children():
        if worker not in before:
            worker.join(ENDS_S)
            assert not worker.is_alive()


def workers_of(sweep: subprocess.Popen[str]) -> list[psutil.Process]:
    """None where the sweep's own process does the work."""
    children = psutil.Process(sweep.pid).children(recursive=True)
    return [child for child in children if any("spawn_main" in word for word in child.cmdline())]


def until_results(stderr: int) -> None:
    """Wait until the progress bar has moved: the workers are at work then."""
    said = b""
    while not re.search(rb"[1-9]\d*/2000", said):
        more = os.read(stderr, 4096)
        assert more, said
        said += more


def until_nobody_is_left(group: int) -> None:
    """Python's own helper for what processes share ends a moment after the last of them."""
    for _ in range(100):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return
        time.sleep(0.1)
    raise AssertionError("somebody is left of it")
