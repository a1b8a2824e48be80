"""By which rule a leader acknowledges, as a person says it: for all followers, or one by one.

`semi-sync` is a rule of its own. `n2=sync,n3=async` is the figure of the chapter: the leader waits for n2
before it confirms a write, and n3 gets it when it may. Who is not named is asynchronous.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from chaos.catalogue.names import UnknownNameError
from services.single_leader.acknowledgement import RULES

WAYS = {"sync": True, "async": False}


def settings_for(text: str, replicas: Sequence[str], leader: str) -> Mapping[str, Any]:
    """The settings that `text` stands for. Raises `UnknownNameError` with what there is."""
    if "=" not in text:
        if text not in RULES:
            known = ", ".join(RULES)
            raise UnknownNameError(
                f"there is no rule {text!r}; there are {known}, or one for each follower: n2=sync"
            )
        return {"replication": text, "synchronous": ()}
    followers = [node for node in replicas if node != leader]
    ways = dict(_way(part.strip(), followers, leader) for part in text.split(","))
    waits_for = tuple(node for node, waits in ways.items() if waits)
    if not waits_for:
        return {"replication": "async", "synchronous": ()}
    named = () if len(waits_for) == len(followers) else waits_for  # of all, nobody need be named
    return {"replication": "sync", "synchronous": named}


def _way(part: str, followers: Sequence[str], leader: str) -> tuple[str, bool]:
    node, _, how = part.partition("=")
    if node == leader:
        raise UnknownNameError(f"{leader} leads; name its followers: {', '.join(followers)}")
    if node not in followers:
        raise UnknownNameError(f"there is no follower {node!r}; there are: {', '.join(followers)}")
    if how not in WAYS:
        raise UnknownNameError(f"{part!r} is no way to replicate; say {node}=sync or {node}=async")
    return node, WAYS[how]
