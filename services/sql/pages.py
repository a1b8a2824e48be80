"""The pages of the SQL tables' database, kept beside the log, so that both change in one transaction.

SQLite works on a file that is made of them (`working`). A page here is replaced by the page that a frame
brought, and the page before it goes into the entry's undo: that is all that following and taking back are.
"""

from collections.abc import Callable, Mapping
from contextlib import closing
from typing import NamedTuple

import apsw
import msgspec

from services.errors import LabError
from services.messages.records import Format

TABLE = "CREATE TABLE IF NOT EXISTS pages(number INTEGER PRIMARY KEY, data BLOB NOT NULL);"
_MODE = slice(18, 20)  # of the file's header: how it is written and read
_WITHOUT_LOG, _WITH_LOG = b"\1\1", b"\2\2"


class Change(NamedTuple):
    """Pages by number, and how many the database has with them."""

    pages: Mapping[int, bytes]
    size: int


class Undo(msgspec.Struct, frozen=True):
    """What was there before: how many pages of which size, and those of them that were changed."""

    page_size: int
    size: int
    pages: dict[int, bytes]


class Pages:
    """In `database`, inside whose transactions everything happens; `page_size` is that of all pages."""

    def __init__(self, database: apsw.Connection, page_size: int) -> None:
        self._database, self._page_size = database, page_size
        database.execute(TABLE)

    @property
    def size(self) -> int:
        """How many there are."""
        return int(self._database.execute("SELECT ifnull(max(number), 0) FROM pages").get)

    def image(self) -> bytes:
        """All of them, as they stand in the file."""
        return b"".join(data for (data,) in self._database.execute("SELECT data FROM pages ORDER BY number"))

    def replace_all(self, image: bytes) -> None:
        """Take those of `image` in place of all that there are."""
        starts = range(0, len(image), self._page_size)
        self._database.execute("DELETE FROM pages")
        self._write({n: image[at : at + self._page_size] for n, at in enumerate(starts, start=1)})

    def put(self, change: Change) -> bytes:
        """Make the change; returns its undo."""
        size = self.size
        touched = {*change.pages, *range(change.size + 1, size + 1)}
        undo = Undo(
            self._page_size, size, {number: self._page(number) for number in touched if number <= size}
        )
        self._apply(change)
        return msgspec.msgpack.encode(undo)

    def take_back(self, undo: bytes) -> Change:
        """Undo what `put` did; returns the change that this is.

        Raises `LabError` log-gone when the pages of that time had another size.
        """
        before = msgspec.msgpack.decode(undo, type=Undo)
        if before.page_size != self._page_size:
            text = f"what is to be undone was stored in pages of {before.page_size} bytes, before an upgrade"
            raise LabError("log-gone", text)
        change = Change({1: self._page(1)} | before.pages, before.size)
        self._apply(change)
        return change

    def _apply(self, change: Change) -> None:
        self._write(change.pages)
        self._database.execute("DELETE FROM pages WHERE number > ?", (change.size,))

    def _write(self, pages: Mapping[int, bytes]) -> None:
        self._database.executemany("INSERT OR REPLACE INTO pages VALUES (?, ?)", sorted(pages.items()))

    def _page(self, number: int) -> bytes:
        return bytes(self._database.execute("SELECT data FROM pages WHERE number = ?", (number,)).get)


def new_image(form: Format, fill: Callable[[apsw.Connection], None]) -> bytes:
    """A database of that format which `fill` has put something into; always the same for the same filling."""
    with closing(apsw.Connection(":memory:")) as database:
        database.pragma("page_size", form.page_size)
        database.pragma("encoding", form.encoding)
        fill(database)
        return _in_mode(database.serialize("main"), _WITH_LOG)


def open_image(image: bytes) -> apsw.Connection:
    """The database of that image, in memory, to be looked at."""
    database = apsw.Connection(":memory:")
    database.deserialize("main", _in_mode(image, _WITHOUT_LOG))
    return database


def _in_mode(image: bytes, mode: bytes) -> bytes:
    return image[: _MODE.start] + mode + image[_MODE.stop :]
