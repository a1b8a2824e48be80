"""The files of the default cluster hold what the functions say; needs no engine."""

from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from chaos.images.base import IMAGE as BASE_IMAGE
from chaos.images.redis import IMAGE as REDIS_IMAGE
from chaos.images.toxiproxy import IMAGE as TOXIPROXY_IMAGE
from chaos.links import LAB
from chaos.runtimes import compose_layout
from chaos.runtimes.compose_layout import ROOT, numbered
from chaos.runtimes.compose_project import PORT_VARIABLES
from chaos.shape import DEFAULT
from services.config import settings_from

COMPOSE = yaml.safe_load(compose_layout.COMPOSE_FILE.read_text("utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]


def test_the_committed_proxies_are_the_links() -> None:
    assert compose_layout.PROXIES_FILE.read_text("utf-8") == compose_layout.proxies_json(), (
        "the links have changed: run `python -m chaos.runtimes.compose_layout`"
    )


@pytest.mark.parametrize("node", DEFAULT.nodes)
def test_each_node_knows_its_own_links(node: str) -> None:
    service = SERVICES[node]
    environ = {name: str(value) for name, value in service["environment"].items()} | {"LOG_FORMAT": "text"}
    settings = settings_from(service["command"][-1], environ)
    assert settings.links == compose_layout.node_links(node)
    assert (settings.node, settings.replicas, settings.gateways) == (
        node,
        DEFAULT.members,
        DEFAULT.gateway_names,
    )


def test_every_host_port_can_be_moved_and_is_on_the_loopback() -> None:
    published = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert len(published) == len(PORT_VARIABLES)
    for variable in PORT_VARIABLES:
        assert [port for port in published if port.startswith(f"127.0.0.1:${{{variable}-")], variable


def test_the_lab_has_a_port_for_each_of_its_links() -> None:
    published = {int(port.rsplit(":", 1)[1]) for port in SERVICES["toxiproxy"]["ports"]}
    assert {port for link, port in numbered().items() if link.source == LAB} <= published


def test_the_stand_ins_take_the_names_that_are_asked_for() -> None:
    assert SERVICES["toxiproxy"]["image"] == TOXIPROXY_IMAGE
    assert COMPOSE["x-redis"]["image"] == REDIS_IMAGE
    assert f"FROM {BASE_IMAGE}\n" in (ROOT / "Dockerfile").read_text("utf-8")
