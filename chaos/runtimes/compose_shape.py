"""Compose projects of other shapes than the default one, made from docker-compose.yml itself.

What `docker compose config` says of the default project is the pattern: a further replica is a copy of
`n1`, a gateway one of `g1`, and so on. So hardening, disks and networks stand in one file, and
`docker compose up` needs nothing else. A shape that is the default one gives what it was made from.
"""

import json
from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any, TypeAlias

from chaos.links import CONTROLLER, LAB
from chaos.runtimes.compose_layout import TOXIPROXY, TOXIPROXY_PORT, node_links, numbered
from chaos.shape import Shape

Project: TypeAlias = dict[str, Any]

PATTERNS = {"gateway": "g1", CONTROLLER: CONTROLLER}
OTHER_PATTERN = "n2"  # a replica that does not build the image
BUILDER = "n1"
EDGE = "edge"
PROXIES_MOUNT = "/etc/toxiproxy.json"
REDIS = "x-redis"  # the pattern of a cache's server
REDIS_PORT = 6379


def reshaped(default: Project, shape: Shape, proxies_file: Path) -> Project:
    """The project of `shape`; `default` is the default one, as JSON and without fixed ports.

    Toxiproxy reads its proxies from `proxies_file`.
    """
    services = default["services"]
    made = {TOXIPROXY: _toxiproxy(services[TOXIPROXY], shape, proxies_file)}
    for node in shape.nodes:
        made[node] = _node(services, shape, node)
        made[disk_of(node)] = services[disk_of(BUILDER)]
    made |= {server: {**default[REDIS], "networks": [server]} for server in servers(shape)}
    made[BUILDER]["build"] = services[BUILDER]["build"]
    edges = (EDGE, *map(_edge_of, shape.gateway_names))
    inside: dict[str, Any] = {name: {"internal": True} for name in (*shape.nodes, *servers(shape))}
    return {"services": made, "networks": inside | {edge: {} for edge in edges}}


def disk_of(node: str) -> str:
    """The name of the service that holds the disk of `node`."""
    return f"{node}-disk"


def servers(shape: Shape) -> tuple[str, ...]:
    """The services that hold what the caches of `shape` remember."""
    return tuple(map(server_of, (node for node in shape.nodes if shape.role(node) == "cache")))


def server_of(cache: str) -> str:
    """The name of the service, and of the network, of the Redis server behind `cache`."""
    return f"{cache}-redis"


def _node(services: Mapping[str, Any], shape: Shape, node: str) -> dict[str, Any]:
    role = shape.role(node)
    made: dict[str, Any] = deepcopy(services[PATTERNS.get(role, OTHER_PATTERN)])
    made["command"][-1] = role
    made["labels"]["lab.role"] = role
    made["ipc"] = f"service:{disk_of(node)}"
    made["depends_on"] = [disk_of(node), TOXIPROXY]
    made["networks"] = [node, _edge_of(node)] if node in shape.gateway_names else [node]
    made["environment"] |= {
        "LAB_NODE": node,
        "LAB_REPLICAS": ",".join(shape.replicas_known_to(node)),
        "LAB_GATEWAYS": ",".join(shape.gateway_names),
        "LAB_COMPANIONS": json.dumps(shape.companion_roles),
        "LAB_LINKS": json.dumps(node_links(node, shape)),
    }
    if role == "cache":
        made["networks"].append(server_of(node))
        made["depends_on"].append(server_of(node))
        made["environment"]["LAB_CACHE_SERVER"] = f"redis://{server_of(node)}:{REDIS_PORT}"
    return made


def _toxiproxy(default: Mapping[str, Any], shape: Shape, proxies_file: Path) -> dict[str, Any]:
    lab_ports = (port for link, port in numbered(shape).items() if link.source == LAB)
    mount = {"type": "bind", "source": str(proxies_file), "target": PROXIES_MOUNT, "read_only": True}
    made = {**default, "volumes": [mount]}
    made["networks"] = {node: {"aliases": ["links", f"links.{node}"]} for node in shape.nodes}
    made["networks"][EDGE] = default["networks"][EDGE]
    made["ports"] = [
        {"host_ip": "127.0.0.1", "target": port, "protocol": "tcp"} for port in (TOXIPROXY_PORT, *lab_ports)
    ]
    return made


def _edge_of(gateway: str) -> str:
    return f"{EDGE}-{gateway}"
