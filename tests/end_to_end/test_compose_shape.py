"""A fourth replica in containers is an option, and goes like the others."""

import os
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

import pytest
from docker import DockerClient

from chaos.cluster.shape import Shape
from chaos.runtimes import compose_project
from chaos.runtimes.compose_file import port_variables
from chaos.runtimes.compose_layout import ROOT
from tests.containers import engine, left_of

__all__ = ["engine"]
pytestmark = pytest.mark.compose

FOUR = Shape(4)
SAYS_S = 20.0
# A machine that stands still leaves no write in doubt, and has nobody replaced.
SET = ("--set", "call_timeout_ms=5000", "--set", "acknowledge_timeout_ms=5000")
PATIENT = ("--detection-timeout-ms", "5000", *SET)


def test_four_replicas_come_up_take_writes_and_go(engine: DockerClient, tmp_path: Path) -> None:
    if compose_project.find_running(engine):
        pytest.skip("`docker compose up` runs here already, and there is one such cluster")
    environment = os.environ | dict.fromkeys(port_variables(FOUR), "") | {"LAB_STATE": str(tmp_path)}

    def lab(*arguments: str) -> str:
        done = subprocess.run(
            [str(ROOT / "lab"), *arguments], env=environment, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    try:
        said = lab("up", "--on", "compose", "--nodes", "4", "--replication", "sync", *PATIENT)
        project = compose_project.find_running(engine)
        assert project and project.shape() == FOUR
        assert "acknowledged by" in lab("put", "x", "7")
        assert lab("get", "x", "--from", "n4").strip() == "7", "the fourth follows, too"
        watch = said.splitlines()[-1].removesuffix("-f").split()
        until_it_says(watch, environment, " n4 emptied ", " >>> ")  # what `up` says shows all of them
    finally:
        subprocess.run([str(ROOT / "lab"), "down"], env=environment, check=False)
    assert left_of(engine, project.name) == []


def until_it_says(watch: list[str], environment: Mapping[str, str], *words: str) -> None:
    """Wait until the log has all these words: the engine may be busy taking down what nodes have said."""
    deadline = time.monotonic() + SAYS_S
    while True:
        log = subprocess.run(watch, env=environment, capture_output=True, text=True, check=True).stdout
        if all(each in log for each in words):
            return
        assert time.monotonic() < deadline, log
