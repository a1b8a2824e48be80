"""What a change of the SQL tables looks like in the log: one kind of record for each way of replicating.

| record | what it carries | what a follower does with it |
|---|---|---|
| `Statements` | the transaction's SQL text and parameters | executes it again |
| `Insert`, `Update`, `Delete` | a row: new values, or the key and what changed | keeps it until the commit |
| `Commit` | how many row records before it are one transaction | puts all of them into its tables |

A row is found by its primary key; where a table has none, by all of its old values.
"""

from typing import TypeAlias

import msgspec

Scalar: TypeAlias = int | float | str | None
Row: TypeAlias = dict[str, Scalar]


class Statement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One SQL statement; each `?` in it stands for the next of `parameters`."""

    sql: str
    parameters: tuple[Scalar, ...] = ()


class Record(msgspec.Struct, frozen=True, tag_field="record", tag=str.lower):
    """Base of every record; its tag in the log is the class's name in small letters."""


class Statements(Record, frozen=True):
    """A whole transaction as text."""

    statements: tuple[Statement, ...]


class Insert(Record, frozen=True):
    """A row that is new."""

    table: str
    new: Row


class Update(Record, frozen=True):
    """A row that was `old` (its key, or all its values), and the values that changed."""

    table: str
    old: Row
    new: Row


class Delete(Record, frozen=True):
    """A row that is gone, by its key or all its values."""

    table: str
    old: Row


class Commit(Record, frozen=True):
    """The last `rows` row records before this one are a transaction, and it is complete."""

    rows: int


RowRecord: TypeAlias = Insert | Update | Delete
AnyRecord: TypeAlias = Statements | Insert | Update | Delete | Commit
