"""Where a consumer keeps what it learned: documents, in a database without SQL.

Documents have fields of their own that the source does not know. The rule for conflicts: the source decides
about `price`, and a document that the source deletes stays, marked, while it has a `note`. What the source
has undone is undone only in `price`.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import msgspec
from tinydb import Storage, TinyDB, where
from tinydb.table import Table

from services.companions.feeds import Change, Place
from services.messages import Position
from services.messages.records import Scalar
from services.ports import Disk

FILE = "documents.json"


class OnDisk(Storage):
    """TinyDB's file on the disk port; changes stay in memory until `flush`, which writes them together."""

    def __init__(self, disk: Disk) -> None:
        self._disk = disk
        self._content: dict[str, dict[str, Any]] = json.loads(disk.read_text(FILE) or "{}")

    def read(self) -> dict[str, dict[str, Any]]:
        """See `tinydb.Storage`."""
        return self._content

    def write(self, data: dict[str, dict[str, Any]]) -> None:
        """See `tinydb.Storage`."""
        self._content = data

    def flush(self) -> None:
        """Replace the whole file, synced."""
        self._disk.write_text(FILE, msgspec.json.encode(self._content).decode())


class Documents:
    """See `services.companions.targets.Target`: documents in TinyDB, found by their `name`."""

    def __init__(self, disk: Disk) -> None:
        self._disk = disk
        self.place = self._open()

    def known(self) -> Mapping[str, Scalar]:
        """See `Target`."""
        priced = self._documents.search(where("price").exists())
        return {document["name"]: document["price"] for document in sorted(priced, key=lambda it: it["name"])}

    def changes(self) -> Sequence[Change]:
        """See `Target`."""
        return [(change["name"], change["price"]) for change in self._journal]

    def note(self, name: str, text: str) -> None:
        """Write into the document's own field."""
        with self._all_or_nothing():
            self._documents.upsert({"name": name, "note": text}, where("name") == name)

    def apply(self, changes: Sequence[Change], place: Place) -> None:
        """See `Target`."""
        with self._all_or_nothing():
            self._take_over(changes, place)
        self.place = place

    def go_back(self, meets: Position) -> int | None:
        """See `Target`."""
        journal = list(self._journal)
        kept = max(
            (at for at, change in enumerate(journal, 1) if _came(change).may_agree_at(meets)), default=0
        )
        place = _came(journal[kept - 1]) if kept else self._place("first")
        if not place.may_agree_at(meets):
            return None
        with self._all_or_nothing():
            for change in reversed(journal[kept:]):
                self._put(change["name"], change["replaced"])
            self._journal.remove(doc_ids=[change.doc_id for change in journal[kept:]])
            self._set_place("now", place)
        self.place = place
        return len(journal) - kept

    def begin_anew(self, rows: Mapping[str, Scalar], place: Place) -> None:
        """See `Target`; the documents' own fields stay."""
        with self._all_or_nothing():
            self._journal.truncate()
            for name in self.known():
                self._put(name, None)
            self._take_over(list(rows.items()), place)
            self._set_place("first", place)
        self.place = place

    def close(self) -> None:
        """See `Target`."""

    def _take_over(self, changes: Sequence[Change], place: Place) -> None:
        came, journal = [place.position.epoch, place.position.sequence, place.row], list[dict[str, Any]]()
        for name, price in changes:
            document: Mapping[str, Scalar] = self._documents.get(where("name") == name) or {}
            replaced = document.get("price")
            journal.append({"name": name, "price": price, "replaced": replaced, "came": came})
            self._put(name, price)
        self._journal.insert_multiple(journal)
        self._set_place("now", place)

    def _put(self, name: str, price: Scalar) -> None:
        same = where("name") == name
        merged = merge(self._documents.get(same) or {}, price)
        self._documents.remove(same)
        if merged:
            self._documents.insert({"name": name, **merged})

    def _open(self) -> Place:
        self._storage = OnDisk(self._disk)
        database = TinyDB(storage=lambda: self._storage)
        self._documents: Table = database.table("documents")
        self._journal: Table = database.table("journal")
        self._places: Table = database.table("places")
        return self._place("now")

    def _place(self, what: str) -> Place:
        kept = self._places.get(where("what") == what)
        return _came(kept) if kept else Place()

    def _set_place(self, what: str, place: Place) -> None:
        came = [place.position.epoch, place.position.sequence, place.row]
        self._places.upsert({"what": what, "came": came}, where("what") == what)

    @contextmanager
    def _all_or_nothing(self) -> Iterator[None]:
        """A block whose changes are on the disk at its end or, if that fails, nowhere."""
        try:
            yield
            self._storage.flush()
        except BaseException:
            self._open()
            raise


def _came(kept: Mapping[str, Any]) -> Place:
    """The place in a row of the journal or of the table of places."""
    epoch, sequence, row = kept["came"]
    return Place(Position(epoch, sequence), row)


def merge(document: Mapping[str, Scalar], price: Scalar) -> dict[str, Scalar]:
    """The document's fields once the source has set `price`; empty if nothing of it is left."""
    own = {field: value for field, value in document.items() if field == "note"}
    if price is not None:
        return {**own, "price": price}
    return {**own, "deleted": 1} if own else {}
