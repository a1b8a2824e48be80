"""The Compose file of a cluster of any shape, written from `containers/compose.yml.jinja`.

The default one is checked in, because newcomers read it and `docker compose up` needs it; a test compares it
with what is written here. The file has all that a cluster needs, so it works for whoever runs the engine,
whatever the rights of the files beside it.
"""

from collections.abc import Mapping
from functools import partial

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from chaos.cluster.links import LAB
from chaos.cluster.shape import DEFAULT, Shape
from chaos.runtimes.compose_layout import (
    COMPOSE_FILE,
    NODE_PORT,
    ROOT,
    TOXIPROXY_PORT,
    node_links,
    numbered,
    proxies,
    switch_of,
)
from services.adapters.power import SUPERVISOR

TOXIPROXY_IMAGE = "ghcr.io/shopify/toxiproxy:2.12.0"
REDIS_IMAGE = "redis:7.0.15-bookworm"
REDIS_PORT = 6379
NODE_PROXY_AND_SERVER = 3
FIRST_GATEWAY_PORT = 8080  # of this machine
EDGE, POWER = "edge", "power"
SETUP, STORY = "setup", "story"
WAITS = "waits"  # the name of a supervisor whose node was killed
EXPLAINED = (
    "tells what is done to this cluster; "
    "<<< ends the line of a node where it stands out: somebody else leads, a refusal, a crash"
)
USAGE = "docker compose {file}up          and then   curl -X PUT 127.0.0.1:8080/kv/x -d 7"


def compose_text(
    shape: Shape = DEFAULT, *, name: str = "", addresses: Mapping[str, Mapping[str, str]] | None = None
) -> str:
    """The file of a cluster of `shape`; `addresses` are the subnet and the gateway of each network."""
    return _template().render(
        title=_title(shape),
        usage=[USAGE.format(file="" if shape == DEFAULT else "--file THIS_FILE ")],
        name=name,
        shape=shape,
        toxiproxy_image=TOXIPROXY_IMAGE,
        redis_image=REDIS_IMAGE,
        redis_port=REDIS_PORT,
        node_links=partial(node_links, shape=shape),
        server_of=server_of,
        switch_of=switch_of,
        power=POWER,
        supervisor=SUPERVISOR,
        waits=WAITS,
        servers=servers(shape),
        proxies=proxies(shape),
        last_link=shape.links[-1].name,
        explained=EXPLAINED,
        ports=_ports(shape),
        networks={node: _networks_of(shape, node) for node in shape.nodes},
        inside=_networks(shape, addresses or {}),
    )


def networks(shape: Shape) -> dict[str, int]:
    """All networks of a cluster of `shape`, and how many containers share each at most."""
    return dict.fromkeys(_networks(shape, {}), NODE_PROXY_AND_SERVER) | {POWER: len(shape.machines) + 1}


def port_variables(shape: Shape = DEFAULT) -> tuple[str, ...]:
    """What moves a published port: the environment variables of the file."""
    return tuple(published[len("127.0.0.1:${") :].partition("-")[0] for published in _published(shape))


def usual_ports(shape: Shape = DEFAULT) -> tuple[int, ...]:
    """The ports of this machine that it takes, unless somebody moves them."""
    return tuple(int(published.partition("-")[2].partition("}")[0]) for published in _published(shape))


def servers(shape: Shape) -> tuple[str, ...]:
    """The services that hold what the caches of `shape` remember."""
    return tuple(map(server_of, (node for node in shape.nodes if shape.role(node) == "cache")))


def server_of(cache: str) -> str:
    """The name of the service, and of the network, of the Redis server behind `cache`."""
    return f"{cache}-redis"


def _title(shape: Shape) -> str:
    replicas = f"{len(shape.machines)} replica{'s' if len(shape.machines) > 1 else ''}"
    gateways = f"{shape.gateways} gateway{'s' if shape.gateways > 1 else ''}"
    which = "The default cluster" if shape == DEFAULT else "A cluster"
    others = "".join(f"{name} ({role}), " for name, role in shape.companion_roles.items())
    return f"{which}: {replicas}, a controller, {gateways}, {others}and Toxiproxy with every link."


def _ports(shape: Shape) -> dict[str, list[str]]:
    """What each service publishes."""
    looking = {link: port for link, port in numbered(shape).items() if link.source == LAB}
    return {
        "toxiproxy": [
            _publish("TOXIPROXY", TOXIPROXY_PORT, TOXIPROXY_PORT),
            *(_publish(f"LAB_{link.target}", port, port) for link, port in looking.items()),
        ],
        **{
            gateway: [_publish(gateway, port, NODE_PORT)]
            for port, gateway in enumerate(shape.door_names, FIRST_GATEWAY_PORT)
        },
    }


def _published(shape: Shape) -> list[str]:
    return [published for each in _ports(shape).values() for published in each]


def _publish(name: str, usual: int, inside: int) -> str:
    variable = f"LAB_PORT_{name}".upper().replace("-", "_")
    return f"127.0.0.1:${{{variable}-{usual}}}:{inside}"


def _networks_of(shape: Shape, node: str) -> tuple[str, ...]:
    if node in shape.door_names:
        return node, _edge_of(node)
    return (node, server_of(node)) if shape.role(node) == "cache" else (node,)


def _networks(shape: Shape, addresses: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """Each network, and what the file says of it."""
    inside = {name: ["internal: true"] for name in (*shape.nodes, *servers(shape), POWER)}
    outside: dict[str, list[str]] = {name: [] for name in (EDGE, *map(_edge_of, shape.door_names))}
    return {name: _flow(said, addresses.get(name)) for name, said in (inside | outside).items()}


def _flow(said: list[str], address: Mapping[str, str] | None) -> str:
    if address:
        pairs = ", ".join(f"{name}: {value}" for name, value in address.items())
        said = [*said, f"ipam: {{config: [{{{pairs}}}]}}"]
    return f"{{{', '.join(said)}}}"


def _edge_of(gateway: str) -> str:
    return f"{EDGE}-{gateway}"


def _template() -> Template:
    """No escaping: what goes in are names and numbers of the lab's own."""
    environment = Environment(
        loader=FileSystemLoader(ROOT / "containers"),
        autoescape=False,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template("compose.yml.jinja")


def main() -> None:
    """Write the default file anew, after a change of the template or of the links."""
    COMPOSE_FILE.write_text(compose_text(), encoding="utf-8")


if __name__ == "__main__":
    main()
