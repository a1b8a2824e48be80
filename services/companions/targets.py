"""Where a consumer keeps what it learned: a search index here, documents in `services.companions.documents`.

Both keep the place beside the data and change them together. So after a crash the consumer asks again
from that place: what was on its way is delivered twice, and applied once.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

from services.companions.feeds import Change
from services.messages.records import Scalar
from services.ports import Disk

INDEX_SCHEMA = """
CREATE TABLE IF NOT EXISTS place(id INTEGER PRIMARY KEY CHECK (id = 1), place INTEGER NOT NULL);
INSERT OR IGNORE INTO place VALUES (1, 0);
CREATE TABLE IF NOT EXISTS changes(number INTEGER PRIMARY KEY, name TEXT NOT NULL, price);
CREATE TABLE IF NOT EXISTS documents(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, price);
CREATE VIRTUAL TABLE IF NOT EXISTS words USING fts5(name, price);
"""


class Target(Protocol):
    """Kept on the consumer's own disk; `apply` is all or nothing, and blocks while it syncs."""

    place: int

    def known(self) -> Mapping[str, Scalar]:
        """The price of each item, as far as it is known here."""

    def changes(self) -> Sequence[Change]:
        """Every change that was applied, in order."""

    def apply(self, changes: Sequence[Change], place: int) -> None:
        """Take over these changes, and go on from `place`."""

    def close(self) -> None:
        """Close the files."""


class SearchIndex:
    """See `Target`: full text search by SQLite's FTS5."""

    def __init__(self, disk: Disk) -> None:
        self._database = disk.connect("index.db")
        self._database.execute(INDEX_SCHEMA)
        self.place: int = next(self._database.execute("SELECT place FROM place"))[0]

    def known(self) -> Mapping[str, Scalar]:
        """See `Target`."""
        return dict(self._database.execute("SELECT name, price FROM documents ORDER BY name"))

    def changes(self) -> Sequence[Change]:
        """See `Target`."""
        return [(name, price) for name, price in self._database.execute("SELECT name, price FROM changes")]

    def search(self, words: str) -> list[str]:
        """The names of the items that match, best first."""
        query = "SELECT name FROM words WHERE words MATCH ? ORDER BY rank"
        return [name for (name,) in self._database.execute(query, (words,))]

    def apply(self, changes: Sequence[Change], place: int) -> None:
        """See `Target`."""
        with self._database:
            for name, price in changes:
                self._put(name, price)
            self._database.execute("UPDATE place SET place = ?", (place,))
        self.place = place

    def close(self) -> None:
        """See `Target`."""
        self._database.close()

    def _put(self, name: str, price: Scalar) -> None:
        execute = self._database.execute
        execute("INSERT INTO changes(name, price) VALUES (?, ?)", (name, price))
        execute("DELETE FROM words WHERE rowid IN (SELECT id FROM documents WHERE name = ?)", (name,))
        execute("DELETE FROM documents WHERE name = ?", (name,))
        if price is not None:
            execute("INSERT INTO documents(name, price) VALUES (?, ?)", (name, price))
            execute("INSERT INTO words(rowid, name, price) VALUES (last_insert_rowid(), ?, ?)", (name, price))
