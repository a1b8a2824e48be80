"""The text that a set of edits comes to, for each way in which a cluster edits its documents."""

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar
from zlib import crc32

import msgspec

from services.messages import Value
from services.messages.edits import Grown, Ordered
from services.settings.multi_leader import Documents
from services.texts.sequence import Sequence as Growing
from services.texts.splices import text_of

E = TypeVar("E", Grown, Ordered)


def orderer_of(key: str, leaders: Sequence[str]) -> str:
    """The leader that puts the edits of this document into an order."""
    return leaders[crc32(key.encode()) % len(leaders)]


def edits_in(elements: Iterable[Value], kind: type[E]) -> list[E]:
    """The edits among the elements of a set; others, for example from before a new setting, are left out."""
    found = []
    for element in elements:
        try:
            found.append(msgspec.convert(element, kind))
        except msgspec.ValidationError:
            continue
    return found


def order_in(elements: Iterable[Value]) -> list[Ordered]:
    """The edits in their order, up to the first gap."""
    edits = sorted(edits_in(elements, Ordered), key=lambda edit: edit.revision)
    return [edit for place, edit in enumerate(edits, start=1) if edit.revision == place]


def growing(elements: Iterable[Value]) -> Growing:
    """The text of edits that need no order."""
    return Growing(edits_in(elements, Grown))


def text_in(elements: Iterable[Value], way: Documents) -> list[str]:
    """What readers see of this set of edits."""
    return growing(elements).text if way == "crdt" else text_of(order_in(elements))


def whole_text(values: Sequence[Any]) -> list[str]:
    """The text in a register; empty if the register is absent."""
    value = values[-1] if values else []
    return [str(element) for element in value] if isinstance(value, list) else []
