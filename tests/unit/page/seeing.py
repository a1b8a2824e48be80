"""Clusters as a look finds them, made by hand for the page's pure parts."""

from collections.abc import Mapping, Sequence
from typing import Any

from chaos.cluster import LinkState
from chaos.cluster.links import all_links
from chaos.page.picture import NodeShown, Wire
from chaos.page.seen import Seen

REPLICAS, DOORS = ("n1", "n2", "n3"), ("g1", "g2")


def running(node: str, role: str, **told: Any) -> dict[str, Any]:
    """A node that answers."""
    return {"node": node, "process": "running", "role": role, **told}


def leader(node: str = "n1", epoch: int = 1, **told: Any) -> dict[str, Any]:
    """A leader at the position 7."""
    return running(node, "leader", epoch=epoch, position=[epoch, 7], **told)


def follower(node: str, epoch: int = 1, behind: int = 0, **told: Any) -> dict[str, Any]:
    """A follower of that epoch."""
    lag = {"positions": behind, "seconds": 0.0}
    return running(node, "follower", epoch=epoch, position=[epoch, 7 - behind], behind=lag, **told)


def others() -> list[dict[str, Any]]:
    """Gateways and the controller."""
    gateways = [running(name, "gateway", epoch=1, leader="n1") for name in DOORS]
    return [*gateways, running("controller", "controller", epoch=1, leader="n1")]


def seen(
    *accounts: Mapping[str, Any],
    states: Mapping[str, LinkState] | None = None,
    devices: Sequence[str] = (),
    abilities: frozenset[str] = frozenset({"links", "kill"}),
    **settings: Any,
) -> Seen:
    """A look at these nodes; everybody else answers, too."""
    named = {each["node"] for each in accounts}
    rest = [each for each in others() if each["node"] not in named]
    return Seen(
        name="local-1",
        runtime="local",
        accounts=[*accounts, *rest],
        links=[link for link in all_links(REPLICAS, DOORS, devices=devices) if link.touchable],
        states=states or {},
        replicas=REPLICAS,
        doors=(*DOORS, *devices),
        devices=devices,
        abilities=abilities,
        settings={"family": "single-leader", "replication": "semi-sync", "stonith": False, **settings},
    )


def node(nodes: Sequence[NodeShown], name: str) -> NodeShown:
    """The one of that name."""
    return next(each for each in nodes if each.name == name)


def wire(wires: Sequence[Wire], a: str, b: str) -> Wire:
    """The one between these two."""
    return next(each for each in wires if set(each.ends) == {a, b})
