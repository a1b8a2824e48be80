"""A sweep on a Dask cluster: real schedulers and workers, as processes on this machine."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from distributed import Client

from chaos.cli import main
from chaos.judging.verdict import COULD_NOT_RUN, INTERRUPTED
from chaos.runtimes.dask_cluster import on_dask
from chaos.runtimes.workers import in_processes
from chaos.sweeping.sweep import run_one, simulations
from tests.repository import ROOT

READY_S, ENDS_S, GIVES_UP_S = 90.0, 60.0, 15.0
OUR_CODE = {**os.environ, "PYTHONPATH": str(ROOT)}
OTHER_CODE = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}


@contextmanager
def dask(folder: Path, *arguments: str, environment: dict[str, str] = OUR_CODE) -> Iterator[None]:
    """`dask ARGUMENTS --scheduler-file …` on 127.0.0.1 while the block lasts."""
    file = ("--scheduler-file", str(folder / "scheduler.json"))
    command = [sys.executable, "-m", "dask", *arguments, *file, "--host", "127.0.0.1", "--no-dashboard"]
    with subprocess.Popen(command, cwd=folder, env=environment, stderr=subprocess.DEVNULL) as process:
        try:
            yield
        finally:
            process.kill()


@contextmanager
def scheduler(folder: Path) -> Iterator[str]:
    """The address of one without workers."""
    with dask(folder, "scheduler", "--port", "0"):
        file = folder / "scheduler.json"
        wait_until(lambda: is_whole(file))
        yield json.loads(file.read_text())["address"]


def is_whole(file: Path) -> bool:
    """Whether all of its JSON is there: it is written in the place where it stays."""
    try:
        json.loads(file.read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return False
    return True


def worker(folder: Path, environment: dict[str, str] = OUR_CODE) -> AbstractContextManager[None]:
    return dask(folder, "worker", "--no-nanny", "--nthreads", "1", environment=environment)


def wait_until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + READY_S
    while not condition():
        assert time.monotonic() < deadline, "that took too long"
        time.sleep(0.05)


def tasks_under_way(client: Client) -> int:
    return sum(map(len, client.processing().values()))


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a scheduler with two workers."""
    folder = tmp_path_factory.mktemp("dask")
    with scheduler(folder) as address, worker(folder), worker(folder):
        with Client(address) as client:
            client.wait_for_workers(2, timeout=READY_S)
        yield address


def sweep(address: str, seeds: str, out: Path) -> int:
    return main(["sweep", "lost-writes:async", "--seeds", seeds, "--dask", address, "--out", str(out)])


def test_it_finds_what_this_process_finds(cluster: str) -> None:
    runs = list(simulations("lost-writes", "semi-sync-timeout", range(1, 13), by_chance=True))
    there = sorted(on_dask(run_one, runs, cluster), key=lambda result: result.simulation.seed)
    assert there == list(in_processes(run_one, runs, workers=1))


def test_on_the_command_line(cluster: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert sweep(cluster, "1..10", tmp_path) == 0
    assert "10 (100.0%)" in capsys.readouterr().out


def test_ctrl_c_takes_back_what_was_not_run(cluster: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "chaos", "sweep", "lost-writes:async", "--seeds", "1..5000"]
    lab = subprocess.Popen([*command, "--dask", cluster, "--out", str(tmp_path)], cwd=ROOT, env=OUR_CODE)
    with lab, Client(cluster) as client:
        try:
            wait_until(lambda: tasks_under_way(client))
            lab.send_signal(signal.SIGINT)
            assert lab.wait(ENDS_S) == INTERRUPTED
        finally:
            lab.kill()
        wait_until(lambda: not tasks_under_way(client))


def test_without_the_library(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert sweep("tcp://127.0.0.1:8786", "1", tmp_path) == COULD_NOT_RUN
    assert "bootstrap/install.py requirements-dask.txt" in capsys.readouterr().err
    assert (ROOT / "requirements-dask.txt").exists()


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "nowhere", "smoke://signals:1"])
def test_nobody_is_there(address: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    began = time.monotonic()
    assert sweep(address, "1", tmp_path) == COULD_NOT_RUN
    assert time.monotonic() - began < GIVES_UP_S
    assert f"no Dask scheduler answers at '{address}'" in capsys.readouterr().err


def test_nobody_or_strangers_would_work(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with scheduler(tmp_path) as address:
        assert sweep(address, "1", tmp_path) == COULD_NOT_RUN
        assert f".venv/bin/dask worker {address}" in capsys.readouterr().err
        with worker(tmp_path, OTHER_CODE), Client(address) as client:
            client.wait_for_workers(1, timeout=READY_S)
            (name,) = client.scheduler_info()["workers"]
            assert sweep(address, "1", tmp_path) == COULD_NOT_RUN
            assert f"run other code than ours, or none: {name};" in capsys.readouterr().err
