"""The name under which a node's changes travel: its own, or its datacenter's, if others follow it there."""

from collections.abc import Mapping, Sequence
from typing import Any

from chaos.report.cast import Cast


def datacenters_of(options: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """The nodes of each, as the settings name them."""
    return [tuple(map(str, some)) for some in options.get("datacenters") or ()]


def groups_of(options: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """The datacenters that are groups with a leader each, by name (`services.multi_leader.datacenters`)."""
    if options.get("inside", "none") == "none":
        return {}
    return {f"dc{number}": nodes for number, nodes in enumerate(datacenters_of(options), 1)}


def origins_of(options: Mapping[str, Any], cast: Cast) -> dict[str, str]:
    """The origin of each replica's and device's changes; an origin stays when another replica leads."""
    nodes: Sequence[str] = (*cast.replicas, *cast.devices)
    groups = groups_of(options)
    return {node: next((name for name, some in groups.items() if node in some), node) for node in nodes}
