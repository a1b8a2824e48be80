"""A client's requests by hand: a write through a door, a read through one or from a node's own copy."""

from typing import Annotated, Any, Literal, TypeAlias

import msgspec

from chaos.by_hand.asking import asking
from chaos.by_hand.order import by_hand
from chaos.by_hand.typed import value_of
from chaos.cluster import Cluster, ClusterError
from chaos.page.orders import Named
from chaos.page.values import as_typed
from chaos.workloads.client import Answer, Caller
from services.gateway.inputs import MOST_KEY_CHARACTERS, checked_key

Key: TypeAlias = Annotated[str, msgspec.Meta(max_length=MOST_KEY_CHARACTERS)]


class Asked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Write `value` (JSON, or else taken as a string) to `key`, or read it, at the door or the node `at`."""

    f: Literal["write", "read"]
    at: Named
    key: Key
    value: str = ""


class Users:
    """At each door sits a user, who writes knowing what was read and written there before.

    So two users at different doors may conflict, but one who writes twice does not.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[str, str, str], str] = {}  # the context, by cluster, door and key

    async def perform(self, asked: Asked) -> str:
        """What came of it, in words. Raises `LabError` for what cannot be asked, `ClusterError`."""
        checked_key(asked.key)
        value = value_of(asked.value) if asked.f == "write" else None
        return await by_hand(self._perform, asked, value)

    async def _perform(self, cluster: Cluster, asked: Asked, value: Any) -> str:
        if asked.at not in cluster.doors:
            return await _own_copy(cluster, asked)
        known = (cluster.name, asked.at, asked.key)
        answer = await _through(cluster, asked, value, Caller(context=self._known.get(known)))
        if answer.context:
            self._known[known] = answer.context
        if asked.f == "write":
            return f"{asked.key} = {as_typed(value)}: acknowledged by {whose(answer)}."
        return f"{asked.key} is {_read(answer)}, says {whose(answer)}."


async def _own_copy(cluster: Cluster, asked: Asked) -> str:
    node = await cluster.resolve(asked.at)
    if asked.f == "write":
        raise ClusterError(f"clients write at a gateway or a device, and {node} is none")
    held = await cluster.contents(node)
    if asked.key in held["siblings"]:
        return f"{node} holds {_values(held['siblings'][asked.key])} under {asked.key}."
    if asked.key not in held["registers"]:
        return f"{node} holds nothing under {asked.key}."
    return f"{node} holds {as_typed(held['registers'][asked.key])} under {asked.key}."


async def _through(cluster: Cluster, asked: Asked, value: Any, caller: Caller) -> Answer:
    async with asking(cluster, is_write=asked.f == "write") as client:
        if asked.f == "write":
            return await client.put(asked.at, asked.key, value, caller)
        return await client.get(asked.at, asked.key, caller)


def whose(answer: Answer) -> str:
    """Which node answered, and how far it was."""
    by = f", asked by {answer.by}" if answer.by else ""
    where = f" (epoch {answer.epoch}, position {answer.position})" if answer.epoch else ""
    return f"{answer.node}{where}{by}"


def _read(answer: Answer) -> str:
    if answer.siblings is not None:
        return _values(answer.siblings)
    return as_typed(answer.value)


def _values(values: Any) -> str:
    each = ", ".join(map(as_typed, values))
    return f"{len(values)} values at once, whose writers had not seen each other's: {each}"
