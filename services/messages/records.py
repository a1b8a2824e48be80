"""The log records of changes that are not plain operations: one kind of record for each way of logging.

| record | what it carries | what a follower does with it |
|---|---|---|
| `Statements` | the transaction's SQL text and parameters | executes it again |
| `Insert`, `Update`, `Delete` | a row: new values, or the key and what changed | keeps it until the commit |
| `Commit` | how many row records before it are one transaction | puts all of them into its tables |
| `Frames` | the pages of the database's file that a transaction wrote | puts them into its own file |
| `Command` | what the replicated machine decided | lets its own machine carry it out |

A row is found by its primary key or, if the table has none, by all of its old values.
"""

from typing import Annotated, TypeAlias

import msgspec

Scalar: TypeAlias = int | float | str | None
Row: TypeAlias = dict[str, Scalar]
# A four-byte field of a frame: a checksum, or a number of pages, which counts from 1.
Word: TypeAlias = Annotated[int, msgspec.Meta(ge=0, lt=2**32)]
Pages: TypeAlias = Annotated[int, msgspec.Meta(ge=1, lt=2**32)]


class Statement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One SQL statement; each `?` in it stands for the next of `parameters`."""

    sql: str
    parameters: tuple[Scalar, ...] = ()


class Record(msgspec.Struct, frozen=True, tag_field="record", tag=str.lower):
    """Base of every record; its tag in the log is the class's name in small letters."""


class Statements(Record, frozen=True):
    """A whole transaction as SQL text."""

    statements: tuple[Statement, ...]


class Insert(Record, frozen=True):
    """A new row."""

    table: str
    new: Row


class Update(Record, frozen=True):
    """A row that was `old` (its key, or all its values), and the values that changed."""

    table: str
    old: Row
    new: Row


class Delete(Record, frozen=True):
    """A deleted row, by its key or all its values."""

    table: str
    old: Row


class Commit(Record, frozen=True):
    """The last `rows` row records before this one are a transaction, and it is complete."""

    rows: int


class Format(msgspec.Struct, frozen=True):
    """The format of a database file: all that two copies must have in common to exchange pages."""

    page_size: int
    encoding: str
    version: int = 3007000  # of SQLite's write-ahead log

    def __str__(self) -> str:
        return f"pages of {self.page_size} bytes, text in {self.encoding}, log version {self.version}"


class Page(msgspec.Struct, frozen=True, array_like=True):
    """One page of the database's file, by its number from 1."""

    number: Pages
    data: bytes


class Frames(Record, frozen=True):
    """What a transaction appended to SQLite's own write-ahead log.

    `checksum` is SQLite's, but starts with these frames, so it does not depend on their place in a log. It
    covers the pages and what the header of each frame says: its page number and, in the last one, `size`, the
    size of the whole database in pages.
    """

    form: Format
    checksum: tuple[Word, Word]
    size: Pages
    pages: tuple[Page, ...]


class Command(Record, frozen=True):
    """What the leader's machine has decided; only a machine of its kind can read the text."""

    body: str


RowRecord: TypeAlias = Insert | Update | Delete
AnyRecord: TypeAlias = Statements | Insert | Update | Delete | Commit | Frames | Command
