"""Whom a fault struck, as its two events in a history tell it."""

from typing import Any


def struck(value: Any) -> frozenset[str]:
    """The nodes and links (`source-target`) in the value of such an event; none where it names none.

    A partition has a `grudge`, for each node the list of those from whom nothing reaches it. Others list
    `nodes`, `links`, or either `on`; Jepsen lists nodes alone.
    """
    if isinstance(value, list):
        return frozenset(map(str, value))
    if not isinstance(value, dict):
        return frozenset()
    grudge = value.get("grudge")
    if isinstance(grudge, dict):
        return frozenset(f"{source}-{target}" for target, sources in grudge.items() for source in sources)
    return frozenset(str(name) for field in ("links", "nodes", "on") for name in value.get(field, ()))
