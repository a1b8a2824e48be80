"""What a node said and heard, for drawing who told whom what; nothing depends on it."""

from collections.abc import Mapping
from typing import Any

import msgspec

from services.messages.message import Message, kind_of
from services.messages.values import Count, Name


class Facts(msgspec.Struct, frozen=True, array_like=True):
    """What a drawing shows of a message besides its two ends; `key` if it is about one.

    `entries` counts what it carries; `brings` has the number of each origin's last change in it.
    """

    kind: str
    entries: Count = 0
    key: str | None = None
    brings: Mapping[str, int] = {}


class Note(msgspec.Struct, frozen=True, array_like=True):
    """One request, as one of its two ends saw it; times are seconds since 1970 by the machine's true clock.

    `stream` and `number` are the same at both ends, so that the two notes can be matched. The sender notes
    `to` whom it went, `until` when it waited, and how that ended: `ok`, or an error. The receiver (`to` is
    None) notes when it came, and `until` when it was answered.
    """

    stream: str
    number: Count
    facts: Facts
    to: Name | None
    since_s: float
    until_s: float
    outcome: str | None = None


class AskNotes(Message, frozen=True, kw_only=True):
    """The lab to any node: what have you said and heard after note number `after` of that life?"""

    life: str = ""
    after: Count = 0


class Notes(Message, frozen=True, kw_only=True):
    """The answer; `until` is the number of its last note, and `more` says whether there are more already."""

    node: Name
    life: str
    until: Count
    notes: list[Note]
    more: bool = False


def facts_of(message: Message) -> Facts:
    """What a drawing shows of it."""
    brought: Any = getattr(message, "entries", None) or getattr(message, "changes", ())
    key = getattr(getattr(message, "operation", message), "key", None)
    return Facts(kind_of(message), len(brought), key if isinstance(key, str) else None, message.brings)
