"""The SQL door: a client's transaction on its way to a replica, and the results on their way back."""

import msgspec

from services.messages.message import Message
from services.messages.records import Scalar, Statement
from services.messages.values import Position, ReadMode


class Execute(Message, frozen=True, kw_only=True):
    """Gateway to replica: these statements as one transaction.

    With a `mode` it only reads, and is answered like `Read`; without one it goes to the leader, may write,
    and is answered when it is acknowledged by the rule in force.
    """

    statements: tuple[Statement, ...]
    mode: ReadMode | None = None


class ResultSet(msgspec.Struct, frozen=True):
    """What one statement returned, and how many rows it changed; `key` is the last key it drew."""

    columns: tuple[str, ...] = ()
    rows: tuple[tuple[Scalar, ...], ...] = ()
    changes: int = 0
    key: int | None = None


class Executed(Message, frozen=True, kw_only=True):
    """One result for each statement, and the position at which the transaction is complete."""

    node: str
    epoch: int
    position: Position
    results: tuple[ResultSet, ...]
