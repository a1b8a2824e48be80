"""What is shown of a log: pieces of bytes, and in each of them fields with a name and a meaning."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, TypeAlias

Kind: TypeAlias = Literal["place", "what", "text", "key", "value", "check", "shape"]
LogName: TypeAlias = Literal["statement", "wal", "row", "trigger"]
Range: TypeAlias = tuple[int, int]  # first byte, and the first one behind

KINDS: dict[Kind, str] = {
    "place": "where it belongs: position, page, row",
    "what": "what it is: kind of record, table",
    "text": "SQL text",
    "key": "key, or old values",
    "value": "new value",
    "check": "salt, checksum",
    "shape": "how the page is laid out",
}


class Field(NamedTuple):
    """`length` bytes from `offset` on in a piece: what they are called, and what they say."""

    offset: int
    length: int
    name: str
    value: str
    kind: Kind


@dataclass(frozen=True)
class Piece:
    """One record, frame or row of a log. `changed` are the bytes unlike those of the page before it.

    Without `changed` (a log that knows no pages) every byte is news.
    """

    title: str
    data: bytes
    fields: Sequence[Field]
    reading: Sequence[str]  # the same in words
    changed: Sequence[Range] | None = None


@dataclass(frozen=True)
class Followed:
    """What came of the bytes on another copy: the `outcome` in short, and where it is not the leader's.

    `other_format` says whether a copy that stores in larger pages and in UTF-16 can take them over, and
    `refusal` what it says if it cannot.
    """

    outcome: str
    differences: Sequence[str]
    other_format: str
    refusal: str = ""


@dataclass(frozen=True)
class Shown:
    """One write in one log. `message_bytes` travel in all, with the messages around what is in the log."""

    name: LogName
    pieces: Sequence[Piece]
    message_bytes: int
    followed: Followed

    @property
    def log_bytes(self) -> int:
        """The bytes of all pieces."""
        return sum(len(piece.data) for piece in self.pieces)


def outcome(differences: Sequence[str]) -> str:
    """What is to be said of a copy in short."""
    count = len(differences)
    return f"differs in {count} {'row' if count == 1 else 'rows'}" if count else "is like the leader's"


def told(value: Any) -> str:
    """A value of a column as people write it: a text in quotes, and null."""
    return json.dumps(value, ensure_ascii=False)


def told_row(row: Any) -> str:
    """A row, or all rows of a table that has no key; `nothing` for none."""
    if row is None:
        return "nothing"
    if isinstance(row, Mapping):
        return ", ".join(f"{column} = {told(value)}" for column, value in row.items())
    return f"{len(row)} rows: {'; '.join(map(told_row, row))}"
