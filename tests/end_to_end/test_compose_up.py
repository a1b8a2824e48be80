"""What a newcomer does with `docker compose` and curl, under another project name and on other ports."""

from collections.abc import Iterator

import httpx
import msgspec
import pytest
from docker import DockerClient

from chaos.cluster import ClusterError, eventually
from chaos.runtimes import compose_project
from chaos.runtimes.compose import ComposeCluster
from chaos.runtimes.compose_file import port_variables
from chaos.runtimes.compose_layout import NODE_PORT
from chaos.runtimes.compose_project import ComposeProject
from chaos.runtimes.docker_engine import compose
from services.config import ClusterSettings
from tests.containers import engine, left_of

__all__ = ["engine"]
pytestmark = pytest.mark.compose
APPOINTED_S = 20.0


@pytest.fixture
def up(engine: DockerClient) -> Iterator[ComposeProject]:
    if compose_project.find_running(engine):
        pytest.skip("`docker compose up` runs here already, and a run would take that cluster")
    project = ComposeProject(engine, compose_project.new_name())
    compose_up = ("--project-name", project.name, "up", "--build", "--detach", "--wait")
    try:
        compose(*compose_up, environment=dict.fromkeys(port_variables(), ""))
        yield project
    finally:
        compose("--project-name", project.name, "down", "--volumes")
        assert left_of(engine, project.name) == []


async def test_it_serves_and_is_taken_by_a_run_and_given_back(up: ComposeProject) -> None:
    cluster = await ComposeCluster.start()
    assert cluster.name == up.name
    settings = ClusterSettings(replication="sync", detection_timeout_ms=900)
    await cluster.configure(settings)
    async with httpx.AsyncClient(base_url=up.url("g1", NODE_PORT)) as client:
        written = await client.put("/kv/x", json={"value": 7})
        assert written.status_code == 200, written.text
        leader = written.json()["node"]
        await cluster.kill(leader)
        assert up.container(leader).attrs["State"]["ExitCode"] == 137
        await cluster.restart(leader)
        registers = (await cluster.contents(leader))["registers"]
        assert registers == {"x": 7}, "what was acknowledged must outlive SIGKILL"
    assert (await cluster.status(leader))["settings"] == msgspec.to_builtins(settings)
    await cluster.close()

    assert up.container(leader).attrs["State"]["Running"]
    found = await ComposeCluster.find()
    assert found is not None
    assert (await found.contents(leader))["registers"] == {}
    await found.close()


async def test_its_log_is_a_story(up: ComposeProject) -> None:
    async def log() -> list[str]:
        lines = compose("--project-name", up.name, "logs", "--no-log-prefix").splitlines()
        if not [line for line in lines if " leader-appointed " in line]:
            raise ClusterError("nobody has been appointed yet")
        return lines

    lines = await eventually(log, APPOINTED_S)
    assert not [line for line in lines if line.startswith("{")], "only the nodes tell the story"
