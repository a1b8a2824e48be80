"""What each replica holds under a key at this moment, in a few words."""

import asyncio
import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from chaos.cluster import Cluster, ClusterError

MOST_CHARACTERS = 40
UNKNOWN = "?"


async def values(
    cluster: Cluster, nodes: Sequence[str], keys: Collection[str]
) -> Mapping[str, Mapping[str, str]]:
    """For each key the words for each of these replicas, which must run; none of them asked without a key."""
    if not keys:
        return {}
    held = await asyncio.gather(*(_contents(cluster, node) for node in nodes))
    return {
        key: {node: words(each, key) for node, each in zip(nodes, held, strict=True)} for key in sorted(keys)
    }


async def _contents(cluster: Cluster, node: str) -> Mapping[str, Any] | None:
    try:
        return await cluster.contents(node)
    except ClusterError:
        return None  # it may have died since it was looked at


def words(held: Mapping[str, Any] | None, key: str) -> str:
    """`7`; `1 | 2` where nobody chose one; `nothing`."""
    if held is None:
        return UNKNOWN
    if key in held["siblings"]:
        told = " | ".join(map(as_typed, held["siblings"][key]))
    elif key in held["registers"]:
        told = as_typed(held["registers"][key])
    elif key in held["sets"]:
        told = as_typed(held["sets"][key])
    else:
        return "nothing"
    return told if len(told) <= MOST_CHARACTERS else f"{told[: MOST_CHARACTERS - 1]}…"


def as_typed(value: Any) -> str:
    """A value as JSON, which is also how one types it."""
    return json.dumps(value, ensure_ascii=False)
