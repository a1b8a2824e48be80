"""The pages of the SQL tables' database, kept beside the log, so that both change in one transaction.

SQLite works on a file that is made from them (`working`). A frame's page replaces the page here, and the old
page goes into the entry's undo: that is all there is to following and taking back.
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
    """Pages by number, and how many pages the database has afterwards."""

    pages: Mapping[int, bytes]
    size: int


class Undo(msgspec.Struct, frozen=True):
    """What was there before: how many pages of which size, and the changed ones among them."""

    page_size: int
    size: int
    pages: dict[int, bytes]


class Pages:
    """The pages in `database`, always within its transactions; all have `page_size` bytes."""

    def __init__(self, database: apsw.Connection, page_size: int) -> None:
        self._database, self._page_size = database, page_size
        database.execute(TABLE)

    @property
    def size(self) -> int:
        """How many pages there are."""
        return int(self._database.execute("SELECT ifnull(max(number), 0) FROM pages").get)

    def image(self) -> bytes:
        """All pages, as they are in the file."""
        return b"".join(data for (data,) in self._database.execute("SELECT data FROM pages ORDER BY number"))

    def replace_all(self, image: bytes) -> None:
        """Replace all pages with those of `image`."""
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
        """Undo what `put` did; returns the change that undoes it.

        Raises `LabError` log-gone if the pages had another size then.
        """
        before = msgspec.msgpack.decode(undo, type=Undo)
        if before.page_size != self._page_size:
            text = f"what must be undone was stored in pages of {before.page_size} bytes, before an upgrade"
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
    """The image of a database in that format, filled by `fill`; equal fillings give equal images."""
    with closing(apsw.Connection(":memory:")) as database:
        database.pragma("page_size", form.page_size)
        database.pragma("encoding", form.encoding)
        fill(database)
        return _in_mode(database.serialize("main"), _WITH_LOG)


def open_image(image: bytes) -> apsw.Connection:
    """The database of that image, in memory, for reading."""
    database = apsw.Connection(":memory:")
    database.deserialize("main", _in_mode(image, _WITHOUT_LOG))
    return database


def _in_mode(image: bytes, mode: bytes) -> bytes:
    return image[: _MODE.start] + mode + image[_MODE.stop :]
