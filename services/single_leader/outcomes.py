"""Records of the storage's work: what a leader is asked for, what came of it, what became of a batch."""

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias

from services.errors import LabError
from services.messages import Entry, Operation, Position, Value
from services.messages.records import Statement
from services.messages.sql import ResultSet


class Transaction(NamedTuple):
    """What a client asks of the SQL tables."""

    statements: Sequence[Statement]


class Asked(NamedTuple):
    """What a client asks of the replicated machine."""

    what: Any


# None is the mark with which a leader opens its epoch.
Request: TypeAlias = Operation | Transaction | Asked | None


class Outcome(NamedTuple):
    """What came of a request: its entries, where the log ends after them, its results or why it failed.

    `told` is the machine's answer to its request.
    """

    entries: Sequence[Entry]
    position: Position
    results: tuple[ResultSet, ...] = ()
    error: LabError | None = None
    told: Any = None


class Accepted(NamedTuple):
    """What became of a batch from the leader: whether it fit, and which of our own entries had to go."""

    fits: bool
    removed: Sequence[Entry] = ()


class Found(NamedTuple):
    """A value read, and the sequence of the entry that last changed it (0 when there is none)."""

    found: bool
    value: Value
    sequence: int


def is_short(request: Request) -> bool:
    """Does it change only a row or two? An SQL transaction may do anything, and so may a machine."""
    return not isinstance(request, Transaction | Asked)
