"""Where each link of a cluster in containers listens, as data.

`compose_file` writes it into the Compose file, for any shape.
"""

import json
from pathlib import Path

from chaos.cluster.links import LAB, Link, ports
from chaos.cluster.shape import DEFAULT, Shape

NODE_PORT = 7000
TOXIPROXY = "toxiproxy"
TOXIPROXY_PORT = 8474

ROOT = Path(__file__).parents[2]
COMPOSE_FILE = ROOT / "docker-compose.yml"


def numbered(shape: Shape = DEFAULT) -> dict[Link, int]:
    """Every link of the cluster and the port of its proxy."""
    return ports(shape.links)


def listen_host(link: Link) -> str:
    """The name of Toxiproxy's address in the network of the link's source, as Toxiproxy resolves it."""
    return "toxiproxy.edge" if link.source == LAB else f"links.{link.source}"


def switch_of(replica: str) -> str:
    """The name of the service that is the power switch of `replica`."""
    return f"{replica}-power"


def proxies(shape: Shape = DEFAULT) -> list[str]:
    """What Toxiproxy is to be told: one proxy a link, as JSON."""
    return [
        json.dumps(
            {
                "name": link.name,
                "listen": f"{listen_host(link)}:{port}",
                "upstream": f"{switch_of(link.target) if link.out_of_band else link.target}:{NODE_PORT}",
                "enabled": True,
            }
        )
        for link, port in numbered(shape).items()
    ]


def node_links(node: str, shape: Shape = DEFAULT) -> dict[str, str]:
    """The `LAB_LINKS` of `node`: the name of each peer and the base URL of the link to it."""
    own = {link: port for link, port in numbered(shape).items() if link.source == node}
    return {link.address_key: f"http://links:{port}" for link, port in own.items()}
