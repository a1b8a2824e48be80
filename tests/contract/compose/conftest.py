"""One cluster of containers for all tests of a file; it goes before the next one comes."""

from collections.abc import Iterator

import pytest
from docker import DockerClient

from chaos.cluster.shape import DEFAULT
from chaos.runtimes import compose_project
from chaos.runtimes.compose_project import ComposeProject
from chaos.runtimes.playground import PROJECT_VARIABLE
from chaos.runtimes.reaper import Reaper
from tests.containers import engine

__all__ = ["beside_others", "engine", "project"]


@pytest.fixture(scope="module", autouse=True)
def beside_others() -> Iterator[None]:
    """A cluster that a test of another lane has up is not taken for one that is there for everybody."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(PROJECT_VARIABLE, "lab-of-nobody")
        yield


@pytest.fixture(scope="module")
def project(engine: DockerClient, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ComposeProject]:
    reaper, name = Reaper(), compose_project.new_name()
    reaper.compose(name)
    try:
        started = compose_project.start(engine, name, reaper.group, DEFAULT, tmp_path_factory.mktemp(name))
        reaper.started(name)
        yield started
    finally:
        reaper.close()
