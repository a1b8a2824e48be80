"""What a newcomer does with `docker compose` and curl, under another project name and on other ports.

One cluster for all looks at it, because each start costs seconds.
"""

import os
import re
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import msgspec
import pytest
from docker import DockerClient

from chaos.cluster import ClusterError, eventually
from chaos.cluster.links import CONTROLLER
from chaos.runtimes import compose_project, playground
from chaos.runtimes.compose import ComposeCluster
from chaos.runtimes.compose_file import port_variables
from chaos.runtimes.compose_layout import NODE_PORT, ROOT
from chaos.runtimes.compose_project import ComposeProject
from chaos.runtimes.docker_engine import compose
from services.settings.single_leader import SingleLeaderSettings
from tests.containers import engine, left_of

__all__ = ["engine"]
pytestmark = pytest.mark.compose
PATIENCE_S = 20.0
IN_DOUBT, POLL_S = 504, 0.2
STARTED = " n3 started "
REPLACED = re.compile(r" failover-begun .*to_epoch=(?!1\b)")  # the first leader is appointed in epoch 1
# A machine that stands still leaves no write in doubt, and has nobody replaced.
PATIENT = SingleLeaderSettings(
    replication="sync", detection_timeout_ms=5000, call_timeout_ms=5000, acknowledge_timeout_ms=5000
)
ANY_PORTS = dict.fromkeys(port_variables(), "")


@pytest.fixture(scope="module")
def up(engine: DockerClient) -> Iterator[ComposeProject]:
    if compose_project.find_running(engine):
        pytest.skip("`docker compose up` runs here already, and a run would take that cluster")
    project = ComposeProject(engine, compose_project.new_name())
    try:
        composed(project, "up", "--build", "--detach", "--wait")
        for gateway in ("g1", "g2"):
            written = put(project, gateway, "first", gateway)
            assert written.status_code == 200, "`up --wait` means that writes are taken"
        yield project
    finally:
        composed(project, "down", "--volumes")
        assert left_of(engine, project.name) == []


@pytest.fixture
def lab(tmp_path: Path) -> Callable[..., str]:
    """The command line, which knows of no other cluster."""

    def call(*arguments: str) -> str:
        command = [str(ROOT / "lab"), *arguments]
        environment = os.environ | {"LAB_STATE": str(tmp_path / "state")}
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return call


def composed(project: ComposeProject, *arguments: str) -> str:
    return compose("--project-name", project.name, *arguments, environment=ANY_PORTS)


def put(project: ComposeProject, gateway: str, key: str, value: object) -> httpx.Response:
    """The answer to a write, which is sent again when a machine that stood still is to blame."""
    return ask(project, gateway, "PUT", f"/kv/{key}", {"value": value})


def ask(project: ComposeProject, gateway: str, method: str, path: str, body: object = None) -> httpx.Response:
    """The answer, again while a stall has left it in doubt, or has somebody else appointed."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        answer = httpx.request(method, project.url(gateway, NODE_PORT) + path, json=body, timeout=PATIENCE_S)
        spoiled = answer.status_code == IN_DOUBT or (not answer.is_success and is_replaced(project))
        if not spoiled or time.monotonic() > deadline:
            return answer
        time.sleep(POLL_S)


def is_replaced(project: ComposeProject) -> bool:
    """Has the controller taken the leader for dead?"""
    return any(map(REPLACED.search, log_of(project, CONTROLLER)))


def log_of(project: ComposeProject, *services: str) -> list[str]:
    return composed(project, "logs", "--no-log-prefix", *services).splitlines()


async def log_with(project: ComposeProject, last: str, *services: str) -> list[str]:
    """The log, once the engine has got as far as to a line that ends with `last`."""

    async def log() -> list[str]:
        lines = log_of(project, *services)
        if not [line for line in lines if line.endswith(f">>> {last}")]:
            raise ClusterError(f"the log does not say {last!r} yet")
        return lines

    return await eventually(log, PATIENCE_S)


async def test_it_serves_and_is_taken_by_a_run_and_given_back(up: ComposeProject) -> None:
    cluster = await ComposeCluster.start()
    assert cluster.name == up.name
    await cluster.configure(PATIENT)
    async with httpx.AsyncClient(base_url=up.url("g1", NODE_PORT), timeout=PATIENCE_S) as client:
        written = await client.put("/kv/x", json={"value": 7})
        assert written.status_code == 200, written.text
        leader = written.json()["node"]
        await cluster.kill(leader)
        assert await cluster.process_state(leader) == "dead"
        await cluster.restart(leader)
        registers = (await cluster.contents(leader))["registers"]
        assert registers == {"x": 7}, "what was acknowledged must outlive SIGKILL"
    assert (await cluster.status(leader))["settings"] == msgspec.to_builtins(PATIENT)
    await cluster.close()

    assert up.container(leader).attrs["State"]["Running"]
    found = await playground.find_compose()
    assert found is not None
    assert (await found.contents(leader))["registers"] == {}
    await found.close()


async def test_its_log_is_a_story(up: ComposeProject) -> None:
    async def log() -> list[str]:
        lines = log_of(up)
        if not [line for line in lines if " leader-appointed " in line]:
            raise ClusterError("nobody has been appointed yet")
        return lines

    lines = await eventually(log, PATIENCE_S)
    assert not [line for line in lines if line.startswith("{")], "only the nodes tell the story"
    assert not [line for line in lines if "<<<" in line and ">>>" in line and "stands out" not in line]


async def test_what_is_done_to_it_by_hand_stands_in_its_log_once(
    up: ComposeProject, lab: Callable[..., str]
) -> None:
    before = log_of(up, "story")
    assert "<<< ends the line of a node" in before[0], "the marks are explained"
    said = [lab("fault", *words).strip() for words in (["cut", "n2", "n3"], ["heal"], ["pause", "n3"])]
    said.append(lab("fault", "resume", "n3").strip())
    new = (await log_with(up, said[-1], "story"))[len(before) :]
    told = [line.partition(" >>> ")[2] for line in new]
    assert [line for line in told if line in said] == said, "what others were told may be late"


async def test_the_causes_stand_before_what_they_cause(up: ComposeProject) -> None:
    cluster = await ComposeCluster.start()
    cluster.tell("no harm \\ is \"done\" by 'odd' $(text) %s `here`")
    cluster.tell("killed: n3")
    before = len([line for line in await log_with(up, "killed: n3", "story", "n3") if STARTED in line])
    await cluster.kill("n3")
    await cluster.restart("n3")
    cluster.tell("started again: n3")
    await cluster.close()
    lines = await log_with(up, "started again: n3", "story", "n3")
    assert [line for line in lines if line.endswith(">>> no harm \\ is \"done\" by 'odd' $(text) %s `here`")]
    story = [line for line in lines if line.endswith((">>> killed: n3", ">>> started again: n3"))]
    (started,) = [line for line in lines if STARTED in line][before:]
    killed, again = (line[: len("12:34:56.789")] for line in story)
    assert killed < started[: len("12:34:56.789")] <= again


def test_it_has_a_token_that_nobody_knows(up: ComposeProject) -> None:
    token = up.token()
    assert len(token) == 32 and int(token, 16)
    assert "LAB_TOKEN" not in up.environment("n1")
    address = f"{up.url('g1', NODE_PORT)}/messages/ask-status"
    known, own = ({"authorization": f"Bearer {word}"} for word in ("lab", token))
    question = {"kind": "ask-status"}
    for headers, status in ((known, 401), (own, 200)):
        assert httpx.post(address, json=question, headers=headers, timeout=PATIENCE_S).status_code == status


def test_what_was_acknowledged_outlives_stop_and_start(up: ComposeProject) -> None:
    token = up.token()
    written = put(up, "g1", "kept", 7)
    assert written.status_code == 200, written.text
    composed(up, "stop")
    composed(up, "start", "--wait")
    read = ask(up, "g1", "GET", "/kv/kept")
    assert read.status_code == 200 and read.json()["value"] == 7, read.text
    assert up.token() == token, "the containers are the same, and so is the cluster"
