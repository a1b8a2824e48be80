"""A cache in containers: its server is Redis in a container that nobody but the cache reaches."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
import pytest_asyncio

from chaos.cluster.shape import Companion, Shape
from chaos.runtimes.compose import ComposeCluster
from chaos.runtimes.compose_file import REDIS_PORT, server_of
from chaos.runtimes.compose_layout import NODE_PORT, TOXIPROXY_PORT, numbered
from chaos.runtimes.compose_project import ComposeProject
from chaos.runtimes.docker_engine import connect
from chaos.runtimes.http_client import HttpClient
from chaos.workloads.client import ClientError
from tests.containers import left_of
from tests.contract.compose.test_isolation import addresses, containers, names, reached

pytestmark = [pytest.mark.compose, pytest.mark.asyncio(loop_scope="module")]

SHAPE = Shape(replicas=1, gateways=1, companions=(Companion("cache", "cache"),))
SERVER = server_of("cache")
ANSWER_S, DEADLINE_S, POLL_S = 5.0, 30.0, 0.1
# The server's image has no Python; what a shell can open is what a process there can reach.
TRY = 'for port in {ports}; do timeout 1 bash -c "</dev/tcp/$host/$port" 2>/dev/null && echo $host; done'


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def cluster() -> AsyncIterator[ComposeCluster]:
    cluster = await ComposeCluster.start(shape=SHAPE)
    try:
        yield cluster
    finally:
        await cluster.close()
    assert left_of(connect(), cluster.name) == []


@pytest.fixture
def project(cluster: ComposeCluster) -> ComposeProject:
    return ComposeProject(connect(), cluster.name)


@pytest_asyncio.fixture(loop_scope="module")
async def client(cluster: ComposeCluster) -> AsyncIterator[HttpClient]:
    client = HttpClient(cluster.gateways, ANSWER_S)
    yield client
    await client.close()


async def test_what_the_cache_remembers_is_in_redis(
    cluster: ComposeCluster, project: ComposeProject, client: HttpClient
) -> None:
    await remembered(client, "of one")
    assert asked(project, "get", "page") == '"of one"'
    assert asked(project, "info", "server").splitlines()[1].startswith("redis_version:7.0.15")

    async def says_so() -> None:
        opened = [event for event in cluster.events() if event.event == "cache-used"]
        assert {event.fields["engine"] for event in opened} == {"redis 7.0.15"}

    await soon(says_so)


async def test_a_cache_that_was_killed_begins_empty(cluster: ComposeCluster, client: HttpClient) -> None:
    await remembered(client, "of one")
    await cluster.kill("cache")
    with pytest.raises(ClientError):
        await client.recall("g1", "page")
    await cluster.restart("cache")

    async def is_empty() -> None:
        assert (await client.recall("g1", "page")).value is None

    await soon(is_empty)


async def test_a_server_that_died_is_an_error_until_it_is_back(
    project: ComposeProject, client: HttpClient
) -> None:
    await remembered(client, "of one")
    project.container(SERVER).kill()
    with pytest.raises(ClientError, match=r"connection-lost|timed-out"):
        await client.recall("g1", "page")
    project.container(SERVER).start()
    await remembered(client, "of two")


async def remembered(client: HttpClient, value: str) -> None:
    """Wait until it is; a machine that stands still lets a try time out, and says so to the client."""

    async def check() -> None:
        await client.remember("g1", "page", value)

    await soon(check)


async def soon(check: Callable[[], Awaitable[None]]) -> None:
    """Wait until it passes."""
    deadline = asyncio.get_running_loop().time() + DEADLINE_S
    while True:
        try:
            return await check()
        except (AssertionError, ClientError):
            assert asyncio.get_running_loop().time() < deadline
        await asyncio.sleep(POLL_S)


async def test_only_the_cache_reaches_its_server(project: ComposeProject) -> None:
    server = project.container(SERVER)
    everywhere = addresses(server) | names(server)
    for node in SHAPE.nodes:
        found = await asyncio.to_thread(reached, project.container(node), everywhere, (REDIS_PORT,))
        assert bool(found) == (node == "cache"), node


async def test_its_server_reaches_nobody(project: ComposeProject) -> None:
    server = project.container(SERVER)
    others = [other for other in containers(project) if other.id != server.id]
    hosts = sorted({host for other in others for host in addresses(other)})
    cache = addresses(project.container("cache")) & set(hosts)
    ports = " ".join(map(str, (NODE_PORT, TOXIPROXY_PORT, *numbered(SHAPE).values())))
    one = TRY.format(ports=ports)
    script = f"for host in {' '.join(hosts)}; do ({one}) & done; wait"
    _, output = await asyncio.to_thread(server.exec_run, ["bash", "-c", script])
    assert isinstance(output, bytes)
    found = set(output.decode().split())
    assert found <= cache, "the cache's own door is all that its network has besides"


def asked(project: ComposeProject, *command: str) -> str:
    code, output = project.container(SERVER).exec_run(["redis-cli", *command])
    assert isinstance(output, bytes)
    assert code == 0, output
    return output.decode().strip().replace("\r", "")
