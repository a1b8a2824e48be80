"""Whatever ends a lab, and whenever: no container, network or volume of its cluster stays."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from docker import DockerClient

from chaos.cluster.shape import DEFAULT
from chaos.runtimes.compose_layout import ROOT
from chaos.runtimes.compose_project import PROJECT_LABEL, SERVICE_LABEL
from chaos.runtimes.reaper import CLOSING_S, ENGINE_S
from tests.containers import engine, left_of, runs

__all__ = ["engine"]
pytestmark = [pytest.mark.compose, pytest.mark.timeout(400)]

APPEARS_S = 60.0
GONE_S = ENGINE_S + CLOSING_S  # nobody promises to be faster where the engine is busy
POLL_S = 0.05


def wait_until(condition: Callable[[], bool], deadline_s: float) -> None:
    deadline = time.monotonic() + deadline_s
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(POLL_S)


@pytest.fixture(scope="module")
def started(engine: DockerClient) -> Iterator[list[str]]:
    """The names of the clusters; when all tests are over, still nothing of them must be there.

    The engine may be at work on what a killed command has asked of it, when everybody has looked already.
    """
    names: list[str] = []
    yield names
    assert {name: left_of(engine, name) for name in names} == {name: [] for name in names}


def is_up(engine: DockerClient, name: str) -> bool:
    """True once every node's container runs."""
    found = engine.containers.list(ignore_removed=True, filters={"label": f"{PROJECT_LABEL}={name}"})
    return {*DEFAULT.nodes} <= {each.labels[SERVICE_LABEL] for each in found}


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
@pytest.mark.parametrize("phase", ["starting", "running"])
def test_nothing_is_left(
    engine: DockerClient, started: list[str], tmp_path: Path, phase: str, number: signal.Signals
) -> None:
    command = [str(ROOT / "lab"), "run", "lost-writes", "--on", "compose", "--out", str(tmp_path), "--json"]
    lab = subprocess.Popen(
        command,
        env=os.environ | {"TMPDIR": str(tmp_path)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        wait_until(lambda: bool(runs(engine, tmp_path)), APPEARS_S)
        (name,) = runs(engine, tmp_path)
        started.append(name)
        if phase == "running":
            wait_until(lambda: is_up(engine, name), APPEARS_S)
    finally:
        os.kill(lab.pid, number)
    lab.wait(GONE_S)
    wait_until(lambda: left_of(engine, name) == [], GONE_S)
