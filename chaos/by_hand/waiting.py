"""Whom a leader waits for before it tells a client that a write is done, in a sentence."""

from collections.abc import Iterator, Mapping
from typing import Any

WHEN = {
    "async": "as soon as it has them itself",
    "semi-sync-timeout": "when one follower has them, or after a timeout without",
    "quorum-ack": "when a majority has them",
}


def rules(found: Mapping[str, Any]) -> Iterator[str]:
    """One sentence for each single leader, from what `look` has found."""
    for node in found["nodes"]:
        if node.get("role") == "leader" and node.get("family") == "single-leader":
            yield f"{node['node']} acknowledges writes {_when(node)}"


def _when(leader: Mapping[str, Any]) -> str:
    rule = leader.get("settings", {}).get("replication", "")
    if rule in WHEN:
        return f"{WHEN[rule]} ({rule})"
    waits_for = list(leader.get("waits_for", ()))
    if not waits_for:
        return f"by the rule {rule}"
    others = [node for node in leader.get("followers", ()) if node not in waits_for]
    has = f"when {' and '.join(waits_for)} {'has' if len(waits_for) == 1 else 'have'} them ({rule})"
    return f"{has}; {' and '.join(others)} may lag" if others else has
