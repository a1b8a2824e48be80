"""Ctrl-C ends a sweep at once, whatever its workers are at, and nobody says anything odd about it."""

import contextlib
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
        for worker in workers_of(sweep.pid):
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


def test_what_runs_is_ended_when_nobody_wants_more() -> None:
    before = workers_of(os.getpid())
    naps = in_processes(time.sleep, [0, 1000, 1000], workers=2)
    next(naps)
    workers = [worker for worker in workers_of(os.getpid()) if worker not in before]
    assert workers
    naps.close()
    until_ended(workers)


def workers_of(pid: int) -> list[psutil.Process]:
    """None where that process itself does the work."""
    return [child for child in psutil.Process(pid).children(recursive=True) if is_a_worker(child)]


def is_a_worker(child: psutil.Process) -> bool:
    """One that is gone, or a zombie, is none any more."""
    with contextlib.suppress(psutil.NoSuchProcess):
        return any("spawn_main" in word for word in child.cmdline())
    return False


def until_results(stderr: int) -> None:
    """Wait until the progress bar has moved: the workers are at work then."""
    said = b""
    while not re.search(rb"[1-9]\d*/2000", said):
        more = os.read(stderr, 4096)
        assert more, said
        said += more


def until_ended(processes: list[psutil.Process]) -> None:
    """The system is asked: in `multiprocessing` two threads may wait for one process, and then one of them
    takes it for alive a moment longer."""
    for _ in range(ENDS_S * 10):
        if not any(is_a_worker(process) for process in processes):
            return
        time.sleep(0.1)
    raise AssertionError("a worker still runs")


def until_nobody_is_left(group: int) -> None:
    """Python's own helper for what processes share ends a moment after the last of them."""
    for _ in range(100):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return
        time.sleep(0.1)
    raise AssertionError("somebody is left of it")
