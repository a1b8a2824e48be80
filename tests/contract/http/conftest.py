"""The smallest cluster there is, as processes: a replica, a controller, a gateway."""

import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from services.logline import parse
from tests.contract.http.nodes import Running, running, until
from tests.ports import free_port

END_S = 30.0
NODES = {"n1": "replica", "controller": "controller", "g1": "gateway"}
COMPANIONS = {"cache": "cache", "indexer": "indexer", "carrier": "carrier", "phone": "device"}


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Running]]:
    """The nodes by name; the gateway takes writes."""
    with started(tmp_path_factory.mktemp("cluster"), NODES) as nodes:
        yield nodes


@pytest.fixture(scope="module")
def everybody(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Running]]:
    """One node of every role, by name."""
    with started(tmp_path_factory.mktemp("everybody"), {**NODES, **COMPANIONS}) as nodes:
        yield nodes


@contextmanager
def started(directory: Path, roles: Mapping[str, str]) -> Iterator[dict[str, Running]]:
    """Nodes that take writes; in the end they must have worked."""
    ports = {name: free_port() for name in roles}
    companions = json.dumps({name: role for name, role in roles.items() if name in COMPANIONS})
    with ExitStack() as stack:
        nodes = {
            name: stack.enter_context(running(role, name, directory, ports, LAB_COMPANIONS=companions))
            for name, role in roles.items()
        }
        until(lambda: all(node.is_up() for node in nodes.values()))
        until(lambda: nodes["g1"].request("PUT", "/kv/first", body=b'{"value":0}').status == 200)
        yield nodes
        for name, node in nodes.items():
            node.process.terminate()
            assert node.process.wait(END_S) == 0
            must_have_worked(node, directory / f"{name}.log")


def must_have_worked(node: Running, errors: Path) -> None:
    """Whatever the tests did to it, the node met no bug of its own."""
    events = [parse(line) for line in node.output.read_text().splitlines()]
    assert not [event for event in events if event and event.event in ("bug", "crashed")]
    assert errors.read_text() == ""


@pytest.fixture
def gateway(cluster: dict[str, Running]) -> Running:
    return cluster["g1"]


@pytest.fixture
def replica(cluster: dict[str, Running]) -> Running:
    return cluster["n1"]


@pytest.fixture(params=["n1", "controller", "g1"])
def node(request: pytest.FixtureRequest, cluster: dict[str, Running]) -> Running:
    """Every node in turn."""
    return cluster[request.param]
