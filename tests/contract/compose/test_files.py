"""What stands in a Compose file, the default one and others; needs no engine."""

import json
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]
from typer.testing import CliRunner

from chaos.cli import app
from chaos.cluster.links import LAB
from chaos.cluster.shape import DEFAULT, Companion, Shape
from chaos.images.base import IMAGE as BASE_IMAGE
from chaos.images.redis import IMAGE as REDIS_IMAGE
from chaos.images.toxiproxy import IMAGE as TOXIPROXY_IMAGE
from chaos.runtimes import compose_layout
from chaos.runtimes.compose_file import compose_text, port_variables, usual_ports
from chaos.runtimes.compose_layout import COMPOSE_FILE, ROOT, numbered, switch_of
from services.settings import settings_from

OTHER = Shape(4, 3, companions=(Companion("cache", "cache"), Companion("phone", "device")))
SHAPES = [DEFAULT, OTHER]
NODES = [(shape, node) for shape in SHAPES for node in shape.nodes]


def services_of(shape: Shape) -> dict[str, dict[str, Any]]:
    services: dict[str, dict[str, Any]] = yaml.safe_load(compose_text(shape))["services"]
    return services


def test_the_committed_file_is_what_the_lab_writes() -> None:
    assert COMPOSE_FILE.read_text("utf-8") == compose_text(), (
        "the template or the links have changed: run `python -m chaos.runtimes.compose_file`"
    )


def test_a_fourth_replica_is_an_option() -> None:
    written = CliRunner().invoke(app, ["compose", "--nodes", "4", "--gateways", "1"])
    assert written.output == compose_text(Shape(4, 1))
    assert "n4" in yaml.safe_load(written.output)["services"]


@pytest.mark.parametrize(("shape", "node"), NODES)
def test_each_node_knows_its_own_links(shape: Shape, node: str) -> None:
    service = services_of(shape)[node]
    environ = {name: str(value) for name, value in service["environment"].items()} | {"LOG_FORMAT": "text"}
    environ |= {"LAB_TOKEN_FILE": "", "LAB_TOKEN": "a-word"}
    settings = settings_from(service["command"][-1], environ)
    assert settings.links == compose_layout.node_links(node, shape)
    assert (settings.node, settings.replicas, settings.gateways) == (
        node,
        shape.members,
        shape.gateway_names,
    )


@pytest.mark.parametrize("shape", SHAPES)
def test_toxiproxy_is_told_every_link(shape: Shape) -> None:
    told = json.loads(services_of(shape)["setup"]["environment"]["LINKS"])
    assert {each["name"]: each["listen"].rpartition(":")[2] for each in told} == {
        link.name: str(port) for link, port in numbered(shape).items()
    }
    assert all(each["enabled"] for each in told)


@pytest.mark.parametrize("shape", SHAPES)
def test_each_replica_has_a_power_switch_that_only_the_controllers_link_reaches(shape: Shape) -> None:
    services = services_of(shape)
    told = json.loads(services["setup"]["environment"]["LINKS"])
    behind = {each["upstream"].partition(":")[0]: each["name"] for each in told if "-oob" in each["name"]}
    assert behind == {switch_of(node): f"controller-{node}-oob" for node in shape.machines}
    for node in shape.machines:
        switch = services[switch_of(node)]
        assert services[node]["pid"] == f"service:{switch_of(node)}"
        assert switch["environment"]["LAB_NODE"] == node
        assert switch["networks"] == ["power"] and "ports" not in switch
    sharers = {name for name, service in services.items() if "power" in service.get("networks", ())}
    assert sharers == {"toxiproxy", *map(switch_of, shape.machines)}


@pytest.mark.parametrize("shape", SHAPES)
def test_every_host_port_can_be_moved_and_is_on_the_loopback(shape: Shape) -> None:
    published = [port for service in services_of(shape).values() for port in service.get("ports", [])]
    variables = port_variables(shape)
    assert len(published) == len(set(variables)) == len(variables)
    for variable in variables:
        assert [port for port in published if port.startswith(f"127.0.0.1:${{{variable}-")], variable


def test_the_usual_ports_are_those_of_the_file() -> None:
    assert sorted(usual_ports()) == [8080, 8081, 8474, *range(21025, 21031)]


@pytest.mark.parametrize("shape", SHAPES)
def test_the_lab_has_a_port_for_each_of_its_links(shape: Shape) -> None:
    published = {int(port.rsplit(":", 1)[1]) for port in services_of(shape)["toxiproxy"]["ports"]}
    assert {port for link, port in numbered(shape).items() if link.source == LAB} <= published


@pytest.mark.parametrize("shape", SHAPES)
def test_no_service_takes_the_machine_or_looks_outside(shape: Shape) -> None:
    volumes = yaml.safe_load(compose_text(shape))["volumes"]
    for name, service in services_of(shape).items():
        assert service["mem_limit"] and service["pids_limit"], name
        assert service["logging"]["options"].keys() == {"max-size", "max-file"}, name
        assert {mount.partition(":")[0] for mount in service.get("volumes", [])} <= volumes.keys(), name
        assert service["read_only"] and service["cap_drop"] == ["ALL"], name
    assert all("lab.run" in volume["labels"] for volume in volumes.values())


def test_the_stand_ins_take_the_names_that_are_asked_for() -> None:
    assert services_of(DEFAULT)["toxiproxy"]["image"] == TOXIPROXY_IMAGE
    assert services_of(OTHER)["cache-redis"]["image"] == REDIS_IMAGE
    assert f"FROM {BASE_IMAGE}\n" in (ROOT / "Dockerfile").read_text("utf-8")
