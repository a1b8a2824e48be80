"""One cluster of containers for all tests in this folder."""

from collections.abc import Iterator

import pytest
from docker import DockerClient

from chaos.runtimes import compose_project
from chaos.runtimes.compose_project import ComposeProject
from chaos.runtimes.reaper import Reaper
from tests.containers import engine

__all__ = ["engine", "project"]


@pytest.fixture(scope="session")
def project(engine: DockerClient) -> Iterator[ComposeProject]:
    reaper, name = Reaper(), compose_project.new_name()
    reaper.compose(name)
    try:
        yield compose_project.start(engine, name, reaper.group)
    finally:
        reaper.close()
