"""The cluster of docker-compose.yml, as data: who is in it, and where each link listens.

Other shapes are laid out by the same rules (see `compose_shape`).

`containers/toxiproxy.json` and the `LAB_LINKS` of docker-compose.yml are written out so that
`docker compose up` needs nothing else; tests hold both against the functions here.
"""

import json
from pathlib import Path

from chaos.links import LAB, Link, ports
from chaos.shape import DEFAULT, Shape

NODE_PORT = 7000
TOXIPROXY = "toxiproxy"
TOXIPROXY_PORT = 8474

ROOT = Path(__file__).parents[2]
COMPOSE_FILE = ROOT / "docker-compose.yml"
PROXIES_FILE = ROOT / "containers" / "toxiproxy.json"


def numbered(shape: Shape = DEFAULT) -> dict[Link, int]:
    """Every link of the cluster and the port of its proxy."""
    return ports(shape.links)


def listen_host(link: Link) -> str:
    """The name of Toxiproxy's address in the network of the link's source, as Toxiproxy resolves it."""
    return "toxiproxy.edge" if link.source == LAB else f"links.{link.source}"


def proxies_json(shape: Shape = DEFAULT) -> str:
    """What `containers/toxiproxy.json` holds: one proxy a link, one line a proxy."""
    proxies = [
        {
            "name": link.name,
            "listen": f"{listen_host(link)}:{port}",
            "upstream": f"{link.target}:{NODE_PORT}",
            "enabled": True,
        }
        for link, port in numbered(shape).items()
    ]
    return "[\n" + ",\n".join(f"  {json.dumps(proxy)}" for proxy in proxies) + "\n]\n"


def node_links(node: str, shape: Shape = DEFAULT) -> dict[str, str]:
    """The `LAB_LINKS` of `node`: the name of each peer and the base URL of the link to it."""
    own = {link: port for link, port in numbered(shape).items() if link.source == node}
    return {link.address_key: f"http://links:{port}" for link, port in own.items()}


def main() -> None:
    """Write `containers/toxiproxy.json` anew, after a change of the links."""
    PROXIES_FILE.write_text(proxies_json(), encoding="utf-8")


if __name__ == "__main__":
    main()
