"""What is written and where: values, operations, positions, log entries."""

from itertools import zip_longest
from typing import Annotated, Any, Literal, TypeAlias

import msgspec

from services.messages.records import AnyRecord

# Epochs and sequences: they fit into the integers of SQLite, and of every language that reads JSON.
Count: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)]
# The name of a node, or of a file that one node has for another: nothing that could leave a directory.
Name: TypeAlias = Annotated[str, msgspec.Meta(pattern="^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")]
Value: TypeAlias = bool | int | float | str | list[Any] | dict[str, Any] | None
ReadMode: TypeAlias = Literal["local", "leader", "bounded", "acknowledged"]


class Position(msgspec.Struct, frozen=True, order=True, array_like=True):
    """A place in the log: the epoch that wrote the entry, and its sequence number from 1.

    Of two logs, the one that ends at the larger position is newer.
    """

    epoch: Count = 0
    sequence: Count = 0

    def __str__(self) -> str:
        return f"{self.epoch}.{self.sequence}"


START = Position(0, 0)

# What a client carries from one answer to its next request: for each partition, in order, the position that
# the next answer must have reached. Without partitions it is a single position.
Token: TypeAlias = tuple[Position, ...]


def merged(one: Token, other: Token) -> Token:
    """The newer position of each partition: what a client knows that has both tokens."""
    return tuple(max(pair) for pair in zip_longest(one, other, fillvalue=START))


class Lag(msgspec.Struct, frozen=True):
    """How far behind a follower is: how many entries it lacks, and for how many seconds the first of them."""

    positions: int = 0
    seconds: float = 0.0


class Operation(msgspec.Struct, frozen=True):
    """What a client asked for: `put` and `delete` a register, `add` an element to a set.

    `needs` is what the client knew of other partitions, and what readers of this must find there; rarely set.
    """

    f: Literal["put", "delete", "add"]
    key: str
    value: Value = None
    needs: Token | msgspec.UnsetType = msgspec.UNSET


class Entry(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of the log: an operation, or a record of the SQL tables.

    With neither, it is the mark with which a leader opens its epoch.
    """

    position: Position
    operation: Operation | None = None
    record: AnyRecord | None = None
