"""What a node said and heard, for whoever draws who told whom what; nothing is decided by it."""

from collections.abc import Mapping
from typing import Any

import msgspec

from services.messages.message import Message, kind_of
from services.messages.values import Count, Name


class Facts(msgspec.Struct, frozen=True, array_like=True):
    """What of a message a drawing shows, besides its two ends: `key` if it is about one.

    `entries` counts what it brings; `brings` has, of each origin, the number of its last change in it.
    """

    kind: str
    entries: Count = 0
    key: str | None = None
    brings: Mapping[str, int] = {}


class Note(msgspec.Struct, frozen=True, array_like=True):
    """One request, as one of its two ends saw it; moments are seconds since 1970 by the machine's true clock.

    `stream` and `number` are the same at both ends, so that they can be put together. Who said it notes `to`
    whom, `until` when it waited, and how that ended: `ok`, or an error. Who heard it (`to` is None) notes
    when it came and `until` when it was answered.
    """

    stream: str
    number: Count
    facts: Facts
    to: Name | None
    since_s: float
    until_s: float
    outcome: str | None = None


class AskNotes(Message, frozen=True, kw_only=True):
    """The lab to any node: what have you said and heard, after the note of that number in that life?"""

    life: str = ""
    after: Count = 0


class Notes(Message, frozen=True, kw_only=True):
    """The answer; `until` is the number of the last of them, and whether there were `more` for one answer."""

    node: Name
    life: str
    until: Count
    notes: list[Note]
    more: bool = False


def facts_of(message: Message) -> Facts:
    """What is shown of it."""
    brought: Any = getattr(message, "entries", None) or getattr(message, "changes", ())
    key = getattr(getattr(message, "operation", message), "key", None)
    return Facts(kind_of(message), len(brought), key if isinstance(key, str) else None, message.brings)
