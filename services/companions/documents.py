"""Where a consumer keeps what it learned: documents, in a database of a kind that knows no SQL.

Documents have fields of their own that the source knows nothing of. The rule for conflicts: the source
decides about `price`, and a document that the source deletes stays, marked, while it has a `note`.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import msgspec
from tinydb import Storage, TinyDB, where
from tinydb.table import Table

from services.companions.feeds import Change
from services.messages.records import Scalar
from services.ports import Disk

FILE = "documents.json"


class OnDisk(Storage):
    """TinyDB's file on the disk port; changes stay in memory until `flush`, and get there together."""

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
        """Replace the file as a whole, synced."""
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
        return [(change["name"], change["price"]) for change in self._changes]

    def note(self, name: str, text: str) -> None:
        """Write into the document's own field."""
        with self._all_or_nothing():
            self._documents.upsert({"name": name, "note": text}, where("name") == name)

    def apply(self, changes: Sequence[Change], place: int) -> None:
        """See `Target`."""
        with self._all_or_nothing():
            for name, price in changes:
                self._put(name, price)
            self._changes.insert_multiple({"name": name, "price": price} for name, price in changes)
            self._places.truncate()
            self._places.insert({"place": place})
        self.place = place

    def close(self) -> None:
        """See `Target`."""

    def _put(self, name: str, price: Scalar) -> None:
        same = where("name") == name
        merged = merge(self._documents.get(same) or {}, price)
        self._documents.remove(same)
        if merged:
            self._documents.insert({"name": name, **merged})

    def _open(self) -> int:
        self._storage = OnDisk(self._disk)
        database = TinyDB(storage=lambda: self._storage)
        self._documents: Table = database.table("documents")
        self._changes: Table = database.table("changes")
        self._places: Table = database.table("place")
        return next((kept["place"] for kept in self._places), 0)

    @contextmanager
    def _all_or_nothing(self) -> Iterator[None]:
        """What the block changes is on the disk after it, or, if that fails, nowhere."""
        try:
            yield
            self._storage.flush()
        except BaseException:
            self._open()
            raise


def merge(document: Mapping[str, Scalar], price: Scalar) -> dict[str, Scalar]:
    """The document's fields after the source has spoken; empty when nothing of it is left."""
    own = {field: value for field, value in document.items() if field == "note"}
    if price is not None:
        return {**own, "price": price}
    return {**own, "deleted": 1} if own else {}
