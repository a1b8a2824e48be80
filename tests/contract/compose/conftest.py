"""One cluster of containers for all tests of a file; it goes before the next one comes."""

import fcntl
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
def beside_others(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Of two lanes only one is at work here, and none takes a cluster for its own that another has up.

    While somebody makes or removes a network, Docker takes its rules away and puts them in again, and for
    some hundredths of a second containers of different networks reach each other. Files that need no engine
    wait for nobody.
    """
    here = [item for item in request.session.items if item.path == request.path]
    if not any(item.get_closest_marker("compose") for item in here):
        yield
        return
    shared = tmp_path_factory.getbasetemp().parent
    with (shared / "contract-compose.lock").open("w") as lock, pytest.MonkeyPatch.context() as patch:
        fcntl.flock(lock, fcntl.LOCK_EX)
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
