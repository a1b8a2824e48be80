"""One run at a time has a cluster of containers, whoever asks; and what people do to it besides.

The lock is with the engine, so nothing of the machine of whoever asks can matter: here it is the TMPDIR.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from docker import DockerClient

from chaos.runtimes import cluster_lock, compose_project
from chaos.runtimes.compose_file import port_variables
from chaos.runtimes.compose_layout import ROOT
from chaos.runtimes.compose_project import FOLDER_LABEL, PROJECT_LABEL, ComposeProject
from chaos.runtimes.docker_engine import compose
from tests.containers import engine, left_of

__all__ = ["engine"]
pytestmark = pytest.mark.compose
HOLD = """
import sys, time
from chaos.runtimes.cluster_lock import held
from chaos.runtimes.docker_engine import connect
with held(connect(), sys.argv[1], "replication-lab"):
    print("held", flush=True)
    time.sleep(600)
"""
GONE_S = 20.0
STATUS_S = 60.0  # one deadline for each link would be minutes, and a command begins slowly on a busy machine
ANY_PORTS = dict.fromkeys(port_variables(), "")


class Lab:
    """The command line with a state directory and a TMPDIR of its own."""

    def __init__(self, folder: Path, project: str) -> None:
        self._environment = os.environ | {"LAB_STATE": str(folder / "state"), "TMPDIR": str(folder)}
        self._project = project

    def start(self, *words: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "chaos", *words, "--project", self._project]
        return subprocess.Popen(
            command, env=self._environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    def __call__(self, *words: str, code: int = 0) -> str:
        process = self.start(*words)
        said = process.communicate()[0]
        assert process.returncode == code, said
        return said


@pytest.fixture(scope="module")
def up(engine: DockerClient) -> Iterator[ComposeProject]:
    project = ComposeProject(engine, compose_project.new_name())
    named = ("--project-name", project.name)
    try:
        compose(*named, "up", "--build", "--detach", "--wait", environment=ANY_PORTS)
        yield project
    finally:
        compose(*named, "down", "--volumes", environment=ANY_PORTS)
        assert left_of(engine, project.name) == []


@pytest.fixture
def lab(tmp_path: Path, up: ComposeProject) -> Lab:
    return Lab(tmp_path, up.name)


def test_whoever_strikes_looks_whether_a_run_has_it(
    engine: DockerClient, up: ComposeProject, lab: Lab
) -> None:
    holder = subprocess.Popen([sys.executable, "-c", HOLD, up.name], stdout=subprocess.PIPE, text=True)
    try:
        assert holder.stdout and holder.stdout.readline() == "held\n"
        for words in (
            ["run", "lost-writes:async", "--on", "compose"],
            ["fault", "cut", "n1"],
            ["fault", "heal"],
            ["put", "x", "1"],
            ["handover"],
            ["down"],
        ):
            assert f"in use by process {holder.pid}" in lab(*words, code=4), words
        lab("status")
    finally:
        os.kill(holder.pid, signal.SIGKILL)
        holder.wait()
    deadline = time.monotonic() + GONE_S
    while engine.containers.list(all=True, ignore_removed=True, filters={"name": f"{up.name}-in-use"}):
        assert time.monotonic() < deadline, "the lock outlives its holder"
        time.sleep(0.1)
    lab("fault", "slow", "n1", "n2")
    assert "healed: n1-n2, n2-n1" in lab("fault", "heal")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_run_that_is_told_to_end_heals_and_gives_the_cluster_back(
    up: ComposeProject, lab: Lab, tmp_path: Path, number: signal.Signals
) -> None:
    running = lab.start("run", "lost-writes:async", "--on", "compose", "--out", str(tmp_path / "runs"))
    assert running.stdout
    assert any("⚡" in line for line in running.stdout), "nothing was struck"
    running.send_signal(number)
    said = running.communicate()[0]
    assert running.returncode == 128 + number, said
    report = json.loads(lab("status", "--json"))
    assert report["links"] == []
    assert {node["process"] for node in report["nodes"]} == {"running"}
    assert lab("fault", "heal") == "everything was healthy already\n", "the lock is free again"


def test_a_lock_that_never_came_to_life_is_removed(
    engine: DockerClient, up: ComposeProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster_lock._create(engine, f"{up.name}-in-use", up.name, "replication-lab")
    monkeypatch.setattr(cluster_lock, "SETTLES_S", 0.5)
    with (
        cluster_lock.held(engine, up.name, "replication-lab"),
        pytest.raises(cluster_lock.HeldError, match="in use by process"),
        cluster_lock.held(engine, up.name, "replication-lab"),
    ):
        pass
    with cluster_lock.held(engine, up.name, "replication-lab"):
        pass


def test_a_toxiproxy_that_stands_still_costs_one_deadline_and_is_healed(up: ComposeProject, lab: Lab) -> None:
    up.container("toxiproxy").pause()
    began = time.monotonic()
    report = json.loads(lab("status", "--json"))
    assert time.monotonic() - began < STATUS_S
    assert "as if it were paused" in report["links_error"]
    up.container("n2").kill()
    assert lab("fault", "heal").splitlines() == [
        "the links' proxy was paused and works again",
        "started again: n2",
    ]
    assert json.loads(lab("status", "--json"))["links"] == []


def test_several_clusters_need_a_name(engine: DockerClient, up: ComposeProject, tmp_path: Path) -> None:
    labels = {PROJECT_LABEL: "another", FOLDER_LABEL: str(ROOT), "lab.run": "default"}
    labels["com.docker.compose.oneoff"] = "False"
    other = engine.containers.run("replication-lab", ["sleep", "60"], detach=True, labels=labels)
    try:
        environment = os.environ | {"LAB_STATE": str(tmp_path / "state")}
        for words in (
            ["status"],
            ["down"],
            ["fault", "kill", "n1"],
            ["run", "lost-writes:async", "--on", "compose"],
        ):
            command = [sys.executable, "-m", "chaos", *words]
            done = subprocess.run(command, env=environment, capture_output=True, text=True)
            assert done.returncode == 2, done.stderr
            assert f"2 clusters are up: another, {up.name}; say which" in done.stderr
    finally:
        other.remove(force=True)
    assert up.container("n1").status == "running"


def test_down_removes_the_one_that_it_has_found(engine: DockerClient, up: ComposeProject, lab: Lab) -> None:
    assert lab("down") == f"down: {up.name}; nothing is left of it\n"
    assert left_of(engine, up.name) == []
    assert f"nothing called {up.name!r} is up" in lab("status", code=4)
