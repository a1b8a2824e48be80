"""A container engine, and one cluster of containers for all tests in this folder."""

import os
from collections.abc import Iterator

import pytest
from docker import DockerClient

from chaos.cluster import ClusterError
from chaos.runtimes import compose_project
from chaos.runtimes.compose_project import ComposeProject
from chaos.runtimes.docker_engine import compose_command, connect
from chaos.runtimes.reaper import Reaper


@pytest.fixture(scope="session")
def engine() -> DockerClient:
    try:
        compose_command()
        return connect()
    except ClusterError as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def project(engine: DockerClient) -> Iterator[ComposeProject]:
    reaper, name = Reaper(), compose_project.new_name()
    reaper.compose(name)
    try:
        yield compose_project.start(engine, name, reaper.group)
    finally:
        reaper.close()
