"""What a home holds on its disk: for each key, the versions that no version it knows replaces.

New versions are merged into those already there, so a message may come twice, late, or in any order. One
transaction takes all changes that have gathered (group commit). The `digest` sums up all contents. Each
change subtracts its old part and adds the new one, so two homes with equal contents have equal digests, in
whatever order the changes came.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import reduce
from operator import xor
from typing import NamedTuple

import apsw
import msgspec

from services.errors import LabError
from services.leaderless.merkle import DIGEST_BYTES, digest_of
from services.messages.versions import Seen, Version, Versions
from services.versions.merging import Merging
from services.versions.seen import is_obsolete

DATABASE = "home.db"
SCHEMA = "CREATE TABLE IF NOT EXISTS cells(key TEXT PRIMARY KEY, versions TEXT NOT NULL) WITHOUT ROWID"
MOST_SIBLINGS = 100
GONE = 0  # the digest of nothing
LOOK = "SELECT versions FROM cells WHERE key = ?"

_encoder = msgspec.json.Encoder(order="deterministic")
_decoder = msgspec.json.Decoder(tuple[Version, ...])


class Change(NamedTuple):
    """Versions to merge into those of `key`; with `seen`, a new write that needs a number."""

    key: str
    versions: Versions
    seen: Seen | None = None
    drops: bool = False  # forget the key instead, if these versions are still all there is of it


class Merged(NamedTuple):
    """What is held of `key` after a change, and its digest if the change altered anything.

    A write that would leave too many siblings fails alone; its `error` says so.
    """

    key: str
    versions: Versions
    digest: int | None = None
    error: LabError | None = None


class Table:
    """The cells of one home. `merge_all` and `close` block: call them through `Disk.run`."""

    def __init__(
        self,
        connect: Callable[[str], apsw.Connection],
        merging: Merging,
        home: str = "",
        refuses_obsolete: bool = False,
    ) -> None:
        self._merging, self._home, self._refuses_obsolete = merging, home, refuses_obsolete
        self._writer = connect(DATABASE)
        self._writer.execute(SCHEMA)
        self.reader = connect(DATABASE)
        rows = self.reader.execute("SELECT key, versions FROM cells ORDER BY key")
        self.digests = {key: digest_of(key, text) for key, text in rows}
        self.changes, self.most_siblings = 0, 0  # since it was opened
        self._sum = reduce(xor, self.digests.values(), 0)

    @property
    def keys(self) -> int:
        """How many keys are known, deleted ones included."""
        return len(self.digests)

    @property
    def digest(self) -> str:
        """Of all that is held; equal contents have equal digests."""
        return f"{self._sum:0{2 * DIGEST_BYTES}x}"

    def look(self, key: str) -> Versions:
        """What is held of `key`; empty if the home has never heard of it."""
        text = next(self.reader.execute(LOOK, (key,)), (None,))[0]
        return () if text is None else _decoder.decode(text)

    def all(self) -> Iterator[tuple[str, Versions]]:
        """Every key and its versions, in the order of the keys."""
        for key, text in self.reader.execute("SELECT key, versions FROM cells ORDER BY key"):
            yield key, _decoder.decode(text)

    def merge_all(self, changes: Sequence[Change]) -> list[Merged]:
        """Merge them into what is held; durable on return. Writes, so it blocks."""
        outcomes: list[Merged] = []
        with self._writer:
            outcomes += map(self._merge_one, changes)
        return outcomes

    def _merge_one(self, change: Change) -> Merged:
        key = change.key
        before = next(self._writer.execute(LOOK, (key,)), (None,))[0]
        held = () if before is None else _decoder.decode(before)
        if change.drops:
            return self._drop(key, held, change.versions)
        if self._refuses_obsolete and change.seen is not None and is_obsolete(held, change.seen, self._home):
            text = f"{self._home} has a newer version of {key!r} than the writer has seen"
            return Merged(key, held, error=LabError("obsolete-version", f"{text}; read it and write again"))
        merged = self._with(held, change)
        if change.seen is not None and len(merged) > MOST_SIBLINGS:
            text = f"{key!r} has {len(held)} siblings on {self._home}, and {MOST_SIBLINGS} are the most"
            return Merged(key, held, error=LabError("too-many-siblings", f"{text}; read it and merge them"))
        text = text_of(merged)
        if not merged or text == before:
            return Merged(key, merged)
        self._writer.execute("INSERT OR REPLACE INTO cells VALUES (?, ?)", (key, text))
        return Merged(key, merged, digest_of(key, text))

    def _drop(self, key: str, held: Versions, versions: Versions) -> Merged:
        if held != versions:
            return Merged(key, held)
        self._writer.execute("DELETE FROM cells WHERE key = ?", (key,))
        return Merged(key, (), GONE)

    def _with(self, held: Versions, change: Change) -> Versions:
        if change.seen is None:
            return self._merging.merged(held, change.versions)
        (version,) = change.versions
        return self._merging.written(held, version, change.seen, self._home)

    def committed(self, outcomes: Sequence[Merged]) -> None:
        """Update keys and digest after `merge_all`; call it on the thread that reads them."""
        for outcome in outcomes:
            if outcome.digest is not None:
                self._sum ^= self.digests.pop(outcome.key, 0) ^ outcome.digest
                if outcome.versions:
                    self.digests[outcome.key] = outcome.digest
                self.most_siblings = max(self.most_siblings, len(outcome.versions))
                self.changes += 1

    def close(self) -> None:
        """Close it for good."""
        self.reader.close()
        self._writer.close()


def text_of(versions: Versions) -> str:
    """A text that is the same for the same versions, whatever their order."""
    return _encoder.encode(sorted(versions, key=lambda version: version.stamp)).decode()
