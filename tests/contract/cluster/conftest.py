"""One cluster of each runtime for the whole suite; every test begins on empty data."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from chaos.cluster import Cluster
from chaos.cluster.shape import DEFAULT
from chaos.runtimes.registry import RUNTIMES
from chaos.workloads.client import Client
from services.settings.single_leader import SingleLeaderSettings

# A machine with too much to do makes no leader step down between two lines of a test, and no write fail.
PATIENT = SingleLeaderSettings(detection_timeout_ms=5000, acknowledge_timeout_ms=2000)
EACH_RUNTIME = ["local", pytest.param("compose", marks=pytest.mark.compose)]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All tests of this folder share one event loop, for the cluster lives in it."""
    for item in items:
        if item.path.parent.name == "cluster":
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(scope="package", loop_scope="session", params=EACH_RUNTIME)
async def started(request: pytest.FixtureRequest) -> AsyncIterator[Cluster]:
    async with RUNTIMES[request.param].cluster(DEFAULT, seed=1) as cluster:
        yield cluster


@pytest_asyncio.fixture(loop_scope="session")
async def cluster(started: Cluster) -> Cluster:
    await started.configure(PATIENT)
    return started


@pytest_asyncio.fixture(loop_scope="session")
async def client(cluster: Cluster) -> AsyncIterator[Client]:
    async with RUNTIMES[cluster.runtime].client(cluster) as client:
        yield client
