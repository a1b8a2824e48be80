"""No container reaches another around its links, and nothing reaches out of a container.

Real attempts from inside every container: to every other container by each of its addresses and
names, at every port that anything in the cluster listens on. What answers must be the node's own
links and nothing else, while nobody on this machine makes or removes a network: see `beside_others`.
"""

import json

import pytest
from docker.models.containers import Container

from chaos.cluster.shape import DEFAULT
from chaos.runtimes.compose_layout import NODE_PORT, TOXIPROXY, TOXIPROXY_PORT, numbered
from chaos.runtimes.compose_project import PROJECT_LABEL, SERVICE_LABEL, ComposeProject

pytestmark = pytest.mark.compose

TRIES = 3  # to look up a name while the engine is busy
LISTENING = (NODE_PORT, TOXIPROXY_PORT, *numbered().values())
TRY_ALL = """
import asyncio, json, sys
from concurrent.futures import ThreadPoolExecutor

async def addresses(host):
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, 0)
    except OSError:
        return set()
    return {entry[4][0] for entry in found}

async def connect(address, port):
    _, writer = await asyncio.open_connection(address, port)
    writer.close()

def answers(trial):
    try:
        return trial.done() and trial.result() is None
    except OSError:
        return False

async def main(hosts, ports):
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(len(hosts)))
    named = zip(hosts, await asyncio.gather(*map(addresses, hosts)))
    tried = [(host, address, port) for host, found in named for address in found for port in ports]
    trials = [asyncio.create_task(connect(address, port)) for _, address, port in tried]
    for _ in range(20):  # two seconds, of which a machine that stands still spoils only a part
        await asyncio.wait(trials, timeout=0.1)
    print(json.dumps([(host, port) for (host, _, port), trial in zip(tried, trials) if answers(trial)]))
    for trial in trials:
        trial.cancel()

asyncio.run(main(*json.loads(sys.argv[1])))
"""


def containers(project: ComposeProject) -> list[Container]:
    labels = [f"{PROJECT_LABEL}={project.name}"]
    return list(project.engine.containers.list(filters={"label": labels}))


def addresses(container: Container) -> set[str]:
    networks = container.attrs["NetworkSettings"]["Networks"].values()
    return {network["IPAddress"] for network in networks} - {""}


def names(container: Container) -> set[str]:
    networks = container.attrs["NetworkSettings"]["Networks"].values()
    aliases = {alias for network in networks for alias in network["Aliases"] or ()}
    return {str(container.name), container.labels[SERVICE_LABEL], *aliases}


def reached(container: Container, hosts: set[str], ports: tuple[int, ...]) -> set[tuple[str, int]]:
    """The pairs of `hosts` and `ports` to which a process inside `container` can connect."""
    command = ["python", "-c", TRY_ALL, json.dumps([sorted(hosts), ports])]
    code, output = container.exec_run(command, environment={"RES_OPTIONS": "timeout:1 attempts:1"})
    assert isinstance(output, bytes)
    assert code == 0, output.decode()
    return {(host, port) for host, port in json.loads(output)}


@pytest.mark.parametrize("node", DEFAULT.nodes)
def test_a_node_reaches_its_own_links_and_nothing_else(project: ComposeProject, node: str) -> None:
    own = project.container(node)
    others = [other for other in containers(project) if other.id != own.id]
    targets = {host for other in others for host in addresses(other) | names(other)}
    own_ports = {port for link, port in numbered().items() if link.source == node}

    found: set[tuple[str, int]] = set()
    for _ in range(TRIES):
        if not {("links", port) for port in own_ports} <= found:
            found |= reached(own, targets, LISTENING)

    assert {port for _, port in found} == own_ports
    assert ("links", min(own_ports)) in found
    proxy = project.container(TOXIPROXY)
    address = proxy.attrs["NetworkSettings"]["Networks"][f"{project.name}_{node}"]["IPAddress"]
    assert {host for host, _ in found} <= {address, *names(proxy)}


@pytest.mark.parametrize("node", DEFAULT.nodes)
def test_a_node_reaches_nothing_of_the_host_that_is_published(project: ComposeProject, node: str) -> None:
    published = {
        int(binding["HostPort"])
        for container in containers(project)
        for bindings in container.ports.values()
        for binding in bindings or ()
    }
    networks = project.engine.networks.list(filters={"label": f"{PROJECT_LABEL}={project.name}"})
    hosts = {network.attrs["IPAM"]["Config"][0]["Gateway"] for network in networks}
    assert published
    assert reached(project.container(node), hosts, tuple(published)) == set()


def test_nothing_is_published_beyond_this_machine(project: ComposeProject) -> None:
    bindings = [
        binding
        for container in containers(project)
        for published in container.ports.values()
        for binding in published or ()
    ]
    assert {binding["HostIp"] for binding in bindings} == {"127.0.0.1"}


def test_every_container_is_locked_down(project: ComposeProject) -> None:
    for container in containers(project):
        host = container.attrs["HostConfig"]
        assert host["ReadonlyRootfs"], container.name
        assert host["CapDrop"] == ["ALL"], container.name
        assert not host["CapAdd"] and not host["Privileged"], container.name
        assert host["SecurityOpt"] == ["no-new-privileges:true"], container.name
        assert container.attrs["Config"]["User"] not in ("", "root", "0"), container.name
        assert not [mount for mount in container.attrs["Mounts"] if "docker.sock" in mount["Source"]]


def test_what_runs_cannot_write_outside_its_data(project: ComposeProject) -> None:
    code, output = project.container("n1").exec_run(["touch", "/app/x"])
    assert isinstance(output, bytes)
    assert code != 0 and b"Read-only file system" in output
    assert project.container("n1").exec_run(["touch", "/data/x"])[0] == 0
