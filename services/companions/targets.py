"""Where a consumer keeps what it learned: a search index here, documents in `services.companions.documents`.

Both keep the place beside the data and change them together. So after a crash the consumer asks again from
that place: what was under way is delivered twice, but applied once. Both also keep a journal of each change,
its place, and what it replaced, so that they can undo what the source has undone.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

from services.companions.feeds import Change, Place
from services.messages import Position
from services.messages.records import Scalar
from services.ports import Disk

FILE = "search.db"
INDEX_SCHEMA = """
CREATE TABLE IF NOT EXISTS places(  -- where to go on, and where the journal begins
    what TEXT PRIMARY KEY, epoch INTEGER NOT NULL, sequence INTEGER NOT NULL, row INTEGER NOT NULL);
INSERT OR IGNORE INTO places VALUES ('now', 0, 0, 0), ('first', 0, 0, 0);
CREATE TABLE IF NOT EXISTS journal(
    number INTEGER PRIMARY KEY, name TEXT NOT NULL, price, replaced,
    epoch INTEGER NOT NULL, sequence INTEGER NOT NULL, row INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS documents(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, price);
CREATE VIRTUAL TABLE IF NOT EXISTS words USING fts5(name, price);
"""


class Target(Protocol):
    """A copy on the consumer's own disk. Methods that change it do all or nothing, and block until synced."""

    place: Place

    def known(self) -> Mapping[str, Scalar]:
        """The price of each item, as far as it is known here."""

    def changes(self) -> Sequence[Change]:
        """Every change that has not been undone, in order, since the copy began."""

    def apply(self, changes: Sequence[Change], place: Place) -> None:
        """Apply these changes, and go on from `place`."""

    def go_back(self, meets: Position) -> int | None:
        """Undo what came after the newest place that a log ending at `meets` may have; returns the count.

        None if the journal does not reach back that far; then nothing is undone.
        """

    def begin_anew(self, rows: Mapping[str, Scalar], place: Place) -> None:
        """Replace everything that comes from the source with these rows, and go on from `place`."""

    def close(self) -> None:
        """Close the files."""


class SearchIndex:
    """See `Target`: full text search by SQLite's FTS5."""

    def __init__(self, disk: Disk) -> None:
        self._database = disk.connect(FILE)
        self._database.execute(INDEX_SCHEMA)
        self.place = self._place("now")

    def known(self) -> Mapping[str, Scalar]:
        """See `Target`."""
        return dict(self._database.execute("SELECT name, price FROM documents ORDER BY name"))

    def changes(self) -> Sequence[Change]:
        """See `Target`."""
        rows = self._database.execute("SELECT name, price FROM journal ORDER BY number")
        return [(name, price) for name, price in rows]

    def search(self, words: str) -> list[str]:
        """The names of the items that match, best first."""
        query = "SELECT name FROM words WHERE words MATCH ? ORDER BY rank"
        return [name for (name,) in self._database.execute(query, (words,))]

    def apply(self, changes: Sequence[Change], place: Place) -> None:
        """See `Target`."""
        with self._database:
            self._take_over(changes, place)
        self.place = place

    def go_back(self, meets: Position) -> int | None:
        """See `Target`."""
        number, place = self._newest_up_to(meets)
        if not place.may_agree_at(meets):
            return None
        query = "SELECT name, replaced FROM journal WHERE number > ? ORDER BY number DESC"
        undone = list(self._database.execute(query, (number,)))
        with self._database:
            for name, replaced in undone:
                self._put(name, replaced)
            self._database.execute("DELETE FROM journal WHERE number > ?", (number,))
            self._set_place("now", place)
        self.place = place
        return len(undone)

    def begin_anew(self, rows: Mapping[str, Scalar], place: Place) -> None:
        """See `Target`."""
        with self._database:
            self._database.execute("DELETE FROM journal; DELETE FROM words; DELETE FROM documents")
            self._take_over(list(rows.items()), place)
            self._set_place("first", place)
        self.place = place

    def close(self) -> None:
        """See `Target`."""
        self._database.close()

    def _take_over(self, changes: Sequence[Change], place: Place) -> None:
        epoch, sequence, row = place.position.epoch, place.position.sequence, place.row
        for name, price in changes:
            self._database.execute(
                "INSERT INTO journal(name, price, replaced, epoch, sequence, row)"
                " VALUES (?1, ?2, (SELECT price FROM documents WHERE name = ?1), ?3, ?4, ?5)",
                (name, price, epoch, sequence, row),
            )
            self._put(name, price)
        self._set_place("now", place)

    def _put(self, name: str, price: Scalar) -> None:
        execute = self._database.execute
        execute("DELETE FROM words WHERE rowid IN (SELECT id FROM documents WHERE name = ?)", (name,))
        execute("DELETE FROM documents WHERE name = ?", (name,))
        if price is not None:
            execute("INSERT INTO documents(name, price) VALUES (?, ?)", (name, price))
            execute("INSERT INTO words(rowid, name, price) VALUES (last_insert_rowid(), ?, ?)", (name, price))

    def _newest_up_to(self, meets: Position) -> tuple[int, Place]:
        """The number and place of the last change that may stay; if none, 0 and where the journal begins."""
        rows = self._database.execute(
            "SELECT number, epoch, sequence, row FROM journal WHERE epoch <= ? AND sequence <= ?"
            " ORDER BY number DESC LIMIT 1",
            (meets.epoch, meets.sequence),
        )
        found = next(iter(rows), None)
        return (found[0], _place_of(*found[1:])) if found else (0, self._place("first"))

    def _place(self, what: str) -> Place:
        query = "SELECT epoch, sequence, row FROM places WHERE what = ?"
        return _place_of(*next(self._database.execute(query, (what,))))

    def _set_place(self, what: str, place: Place) -> None:
        values = (what, place.position.epoch, place.position.sequence, place.row)
        self._database.execute("INSERT OR REPLACE INTO places VALUES (?, ?, ?, ?)", values)


def _place_of(epoch: int, sequence: int, row: int) -> Place:
    return Place(Position(epoch, sequence), row)
