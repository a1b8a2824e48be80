"""What tests with real containers share: an engine, and what a project leaves behind."""

import os
from pathlib import Path

import pytest
from docker import DockerClient

from chaos.cluster import ClusterError
from chaos.runtimes.compose_project import PROJECT_LABEL, RUN_LABEL
from chaos.runtimes.docker_engine import compose_command, connect

FILES_LABEL = "com.docker.compose.project.config_files"


@pytest.fixture(scope="session")
def engine() -> DockerClient:
    """A container engine. Without one the test is skipped with the reason, but in CI it fails."""
    try:
        compose_command()
        return connect()
    except ClusterError as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(error))


def left_of(engine: DockerClient, project: str) -> list[str]:
    """The names of all containers, networks and volumes that carry the project's label."""
    label = f"{PROJECT_LABEL}={project}"
    containers = engine.containers.list(all=True, ignore_removed=True, filters={"label": label})
    networks = engine.networks.list(filters={"label": label})
    volumes = engine.volumes.list(filters={"label": label})
    return [str(each.attrs["Name"]) for each in (*containers, *networks, *volumes)]


def runs(engine: DockerClient, directory: Path) -> set[str]:
    """The runs that have a container, whatever its state; of those with `directory` as their TMPDIR."""
    found = engine.containers.list(all=True, ignore_removed=True, filters={"label": RUN_LABEL})
    ours = [each.labels for each in found if Path(each.labels[FILES_LABEL]).is_relative_to(directory)]
    return {labels[RUN_LABEL] for labels in ours}
