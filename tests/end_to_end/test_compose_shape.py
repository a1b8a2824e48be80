"""A fourth replica in containers is an option, and goes like the others."""

import os
import subprocess
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
        said = lab("up", "--on", "compose", "--nodes", "4", "--replication", "sync")
        project = compose_project.find_running(engine)
        assert project and project.shape() == FOUR
        assert "acknowledged by" in lab("put", "x", "7")
        assert lab("get", "x", "--from", "n4").strip() == "7", "the fourth follows, too"
        watch = said.splitlines()[-1].removesuffix("-f").split()
        log = subprocess.run(watch, env=environment, capture_output=True, text=True, check=True).stdout
        assert " n4 emptied " in log and " >>> " in log, "what `up` says shows all of them"
    finally:
        subprocess.run([str(ROOT / "lab"), "down"], env=environment, check=False)
    assert left_of(engine, project.name) == []
