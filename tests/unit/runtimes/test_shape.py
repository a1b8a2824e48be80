"""The shape of a cluster: names, links and roles follow from a few numbers."""

import json
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from chaos.cluster import ClusterError
from chaos.cluster.crew import Crew
from chaos.cluster.links import all_links
from chaos.cluster.shape import DEFAULT, Companion, Shape
from chaos.runtimes.compose_file import compose_text

BESIDE = Shape(replicas=1, gateways=1, spares=1, companions=(Companion("cache", "replica"),))


def test_the_default_is_three_replicas_and_two_gateways() -> None:
    assert DEFAULT.nodes == ("n1", "n2", "n3", "g1", "g2", "controller")
    assert DEFAULT.links == all_links(("n1", "n2", "n3"), ("g1", "g2"))


def test_a_device_is_a_door_and_talks_with_replicas_alone() -> None:
    shape = Shape(2, 1, companions=(Companion("cache", "cache"), Companion("phone", "device")))
    assert shape.device_names == ("phone",)
    assert shape.door_names == ("g1", "phone")
    of_phone = [link.name for link in shape.links if "phone" in (link.source, link.target)]
    assert of_phone == ["phone-n1", "n1-phone", "phone-n2", "n2-phone", "lab-phone"]
    made = yaml.safe_load(compose_text(shape))["services"]["phone"]
    assert made["ports"] == ["127.0.0.1:${LAB_PORT_PHONE-8081}:7000"]
    assert made["networks"] == ["phone", "edge-phone"]
    assert made["command"][-1] == "device"


def test_spares_and_companions_have_links_and_roles() -> None:
    assert BESIDE.nodes == ("n1", "n2", "g1", "cache", "controller")
    assert {"n1-n2", "n2-n1", "g1-n2", "n2-cache", "cache-n2", "g1-cache", "cache-g1", "lab-cache"} <= {
        link.name for link in BESIDE.links
    }
    assert [BESIDE.role(node) for node in BESIDE.nodes] == [
        *("replica", "replica", "gateway", "replica", "controller")
    ]
    assert BESIDE.replicas_known_to("n1") == ("n1",)
    assert BESIDE.replicas_known_to("n2") == ("n1", "n2")


@pytest.mark.parametrize("count", [1, 2, 3])
def test_no_link_is_there_twice(count: int) -> None:
    companions = tuple(Companion(f"c{index}", "replica") for index in range(count))
    names = [link.name for link in Shape(companions=companions).links]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"replicas": 0}, "not 0 and 0"),
        ({"replicas": 9, "spares": 1}, "not 9 and 1"),
        ({"gateways": 0}, "not 0"),
        ({"companions": (Companion("n1", "replica"),)}, "n1"),
        ({"companions": (Companion("lab", "replica"),)}, "lab"),
        ({"companions": (Companion("c", "replica"), Companion("c", "gateway"))}, "c, c"),
    ],
)
def test_what_cannot_be_is_refused_by_name(wrong: dict[str, Any], named: str) -> None:
    with pytest.raises(ValueError, match=named):
        Shape(**wrong)


def test_a_spare_joins_once_and_is_dismissed() -> None:
    crew = Crew(BESIDE)
    assert (crew.replicas, crew.spares) == (("n1",), ("n2",))
    crew.enlist("n2")
    assert (crew.replicas, crew.spares, crew.joined) == (("n1", "n2"), (), ("n2",))
    with pytest.raises(ClusterError, match="n2 is no spare replica; in reserve: nobody"):
        crew.enlist("n2")
    crew.dismiss()
    assert (crew.replicas, crew.spares) == (("n1",), ("n2",))


def test_a_cache_has_a_server_in_a_network_that_only_the_two_share() -> None:
    shape = Shape(companions=(Companion("cache", "cache"), Companion("index", "indexer")))
    made = yaml.safe_load(compose_text(shape))
    in_it = [name for name, each in made["services"].items() if "cache-redis" in each.get("networks", [])]
    assert in_it == ["cache", "cache-redis"]
    assert made["networks"]["cache-redis"] == {"internal": True}
    server, cache = made["services"]["cache-redis"], made["services"]["cache"]
    assert server["networks"] == ["cache-redis"] and "ports" not in server
    assert server["cap_drop"] == ["ALL"] and server["read_only"]
    assert cache["depends_on"].keys() >= {"cache-redis", "toxiproxy", "setup"}
    assert cache["environment"]["LAB_CACHE_SERVER"] == "redis://cache-redis:6379"


def test_a_compose_file_of_another_shape() -> None:
    made = yaml.safe_load(compose_text(BESIDE))
    services = made["services"]
    assert services.keys() >= {*BESIDE.nodes, "toxiproxy", "setup"}
    assert made["volumes"].keys() == {*(f"{node}-disk" for node in BESIDE.nodes), "setup"}
    assert [name for name, service in services.items() if "build" in service] == ["setup"]
    assert services["cache"]["environment"]["LAB_COMPANIONS"] == '{"cache": "replica"}'
    assert services["n2"]["environment"]["LAB_REPLICAS"] == "n1,n2", "a spare counts itself"
    assert json.loads(services["g1"]["environment"]["LAB_LINKS"]).keys() == {
        "n1",
        "n2",
        "controller",
        "cache",
    }
