"""A leader's durable state: the changes that it knows, by origin, and the versions of each key.

Both change in one transaction, so no crash can leave a change without its effect. The log lets a leader
resume: it sends a peer that was away what that peer lacks of each origin, in that origin's order.

Methods that write block while the disk syncs: call them through `Disk.run`, which keeps them in order.
Reading methods use a connection of their own and may be called at any time.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

import apsw
import msgspec

from services.messages import Operation, Value
from services.messages.multi_leader import Change
from services.store.effects import canonical

DATABASE = "leader.db"
TABLES = ("changes", "versions", "counts", "set_elements", "confirmed", "floors", "met")
SCHEMA = """
CREATE TABLE IF NOT EXISTS changes(
    origin TEXT, sequence INTEGER, time_us INTEGER NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (origin, sequence)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS by_stamp ON changes(time_us);
CREATE TABLE IF NOT EXISTS versions(
    key TEXT, place INTEGER, body TEXT NOT NULL, PRIMARY KEY (key, place)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS counts(key TEXT PRIMARY KEY, own INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS set_elements(key TEXT, element TEXT, PRIMARY KEY (key, element)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS confirmed(
    peer TEXT, origin TEXT, sequence INTEGER NOT NULL, PRIMARY KEY (peer, origin)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS floors(
    origin TEXT PRIMARY KEY, sequence INTEGER NOT NULL, time_us INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS met(id INTEGER PRIMARY KEY CHECK (id = 1), conflicts INTEGER NOT NULL);
INSERT OR IGNORE INTO met VALUES (1, 0);
"""


class Recovered(NamedTuple):
    """What is on the disk at the start: the vector of changes, the largest stamp, conflicts so far."""

    known: dict[str, int]
    time_us: int
    conflicts: int


class Storage:
    """The tables; other modules decide what goes into them."""

    def __init__(self, writer: apsw.Connection, reader: apsw.Connection) -> None:
        """`writer` has the tables, see `SCHEMA`."""
        self._writer, self._reader = writer, reader
        self._decoder = msgspec.json.Decoder(Change)

    def close(self) -> None:
        """Close both connections for good."""
        self._reader.close()
        self._writer.close()

    def close_reader(self) -> None:
        """Close the reading connection, on the loop that reads; `close` comes later, on the disk's thread."""
        self._reader.close()

    def transaction(self) -> apsw.Connection:
        """A block at whose end all that was written becomes durable, or nothing."""
        return self._writer

    def recovered(self) -> Recovered:
        """What is on the disk at the start."""
        everything = "(SELECT origin, sequence, time_us FROM changes UNION ALL SELECT * FROM floors)"
        known = dict(self._writer.execute(f"SELECT origin, max(sequence) FROM {everything} GROUP BY origin"))
        time_us: int = next(self._writer.execute(f"SELECT coalesce(max(time_us), 0) FROM {everything}"))[0]
        conflicts: int = next(self._writer.execute("SELECT conflicts FROM met"))[0]
        return Recovered(known, time_us, conflicts)

    def log(self, change: Change) -> None:
        """Keep the change for shipping. Writes."""
        row = (change.origin, change.sequence, change.stamp.time_us, canonical(change))
        self._writer.execute("INSERT INTO changes VALUES (?, ?, ?, ?)", row)

    def replace(self, key: str, versions: Iterable[Change], counting: int) -> None:
        """Give `key` exactly these versions; readers see something of the last `counting`. Writes."""
        self._writer.execute("DELETE FROM versions WHERE key = ?", (key,))
        kept = list(versions)
        first = min(0, counting - len(kept))  # versions that nobody sees get negative places
        rows = [(key, place, canonical(version)) for place, version in enumerate(kept, first)]
        self._writer.executemany("INSERT INTO versions VALUES (?, ?, ?)", rows)

    def floors(self) -> dict[str, int]:
        """Up to where each origin's changes are gone, after the last written transaction."""
        return dict(self._writer.execute("SELECT origin, sequence FROM floors ORDER BY origin"))

    def forget(self, origin: str, up_to: int, time_us: int = 0) -> None:
        """Drop changes of `origin` up to `up_to`, but remember the last stamp. Writes."""
        gone = (origin, up_to)
        newest = "SELECT coalesce(max(time_us), 0) FROM changes WHERE origin = ? AND sequence <= ?"
        time_us = max(time_us, next(self._writer.execute(newest, gone))[0])
        self._writer.execute("DELETE FROM changes WHERE origin = ? AND sequence <= ?", gone)
        self._writer.execute(
            "INSERT INTO floors VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET"
            " sequence = max(sequence, excluded.sequence), time_us = max(time_us, excluded.time_us)",
            (*gone, time_us),
        )

    def number_all(self, number: int) -> None:
        """Note that this leader has made at least `number` versions of every existing key. Writes."""
        self._writer.execute(
            "INSERT INTO counts SELECT DISTINCT key, ? FROM versions WHERE true"
            " ON CONFLICT DO UPDATE SET own = max(own, excluded.own)",
            (number,),
        )

    def held(self, key: str) -> list[Change]:
        """The versions of `key`, as the current transaction sees them."""
        return self._versions(self._writer, key)

    def number(self, key: str) -> int:
        """How many versions of `key` this leader has made."""
        rows = self._writer.execute("SELECT own FROM counts WHERE key = ?", (key,))
        return next((own for (own,) in rows), 0)

    def numbered(self, key: str, number: int) -> None:
        """Note that this leader has made `number` versions of `key`. Writes."""
        row = (key, number)
        self._writer.execute("INSERT OR REPLACE INTO counts VALUES (?, ?)", row)

    def next_number(self, key: str) -> int:
        """Count one more of this leader's versions of `key`. Writes."""
        count = "INSERT INTO counts VALUES (?, 1) ON CONFLICT DO UPDATE SET own = own + 1 RETURNING own"
        number: int = next(self._writer.execute(count, (key,)))[0]
        return number

    def add(self, operation: Operation) -> None:
        """Put the element into its set. Writes."""
        row = (operation.key, canonical(operation.value))
        self._writer.execute("INSERT OR IGNORE INTO set_elements VALUES (?, ?)", row)

    def count_conflicts(self, conflicts: int) -> None:
        """Record that there have been `conflicts` conflicts. Writes."""
        self._writer.execute("UPDATE met SET conflicts = ?", (conflicts,))

    def confirm(self, peer: str, known: Mapping[str, int]) -> None:
        """Record what `peer` has confirmed. Writes, so it blocks."""
        with self.transaction():
            self._writer.execute("DELETE FROM confirmed WHERE peer = ?", (peer,))
            rows = [(peer, origin, sequence) for origin, sequence in known.items()]
            self._writer.executemany("INSERT INTO confirmed VALUES (?, ?, ?)", rows)

    def all_confirmed(self) -> dict[str, dict[str, int]]:
        """What each peer has confirmed, after the last written transaction."""
        found: dict[str, dict[str, int]] = {}
        rows = "SELECT peer, origin, sequence FROM confirmed ORDER BY peer, origin"
        for peer, origin, sequence in self._writer.execute(rows):
            found.setdefault(peer, {})[origin] = sequence
        return found

    def confirmed(self, peer: str) -> dict[str, int]:
        """What `peer` had confirmed when this was last recorded."""
        rows = "SELECT origin, sequence FROM confirmed WHERE peer = ? ORDER BY origin"
        return dict(self._reader.execute(rows, (peer,)))

    def after(self, origin: str, sequence: int, limit: int) -> list[Change]:
        """At most `limit` changes of `origin` after `sequence`, in order.

        There are more if a transaction would otherwise be cut in two.
        """
        rows = "SELECT body FROM changes WHERE origin = ? AND sequence > ? ORDER BY sequence LIMIT ?"
        found = self._reader.execute(rows, (origin, sequence, limit))
        changes = [self._decoder.decode(body) for (body,) in found]
        if changes and changes[-1].more:
            changes += self.after(origin, changes[-1].sequence, changes[-1].more)
        return changes

    def versions(self, key: str) -> list[Change]:
        """The durable versions of `key`."""
        return self._versions(self._reader, key)

    def members(self, key: str) -> list[Value]:
        """The elements of the set `key`."""
        return self._members(self._reader, key)

    def held_members(self, key: str) -> list[Value]:
        """The same, as the current transaction sees them."""
        return self._members(self._writer, key)

    def everything(self) -> tuple[dict[str, list[Change]], dict[str, list[Value]]]:
        """The versions of each key, and all sets."""
        held: dict[str, list[Change]] = {}
        for key, body in self._reader.execute("SELECT key, body FROM versions ORDER BY key, place"):
            held.setdefault(key, []).append(self._decoder.decode(body))
        sets: dict[str, list[Value]] = {}
        rows = "SELECT key, element FROM set_elements ORDER BY key, element"
        for key, element in self._reader.execute(rows):
            sets.setdefault(key, []).append(msgspec.json.decode(element))
        return held, sets

    def siblings(self) -> int:
        """How many keys have several versions, after the last written transaction."""
        rows = "SELECT count(DISTINCT key) FROM versions WHERE place > 0"
        number: int = next(self._writer.execute(rows))[0]
        return number

    def _versions(self, connection: apsw.Connection, key: str) -> list[Change]:
        rows = connection.execute("SELECT body FROM versions WHERE key = ? ORDER BY place", (key,))
        return [self._decoder.decode(body) for (body,) in rows]

    def _members(self, connection: apsw.Connection, key: str) -> list[Value]:
        rows = connection.execute("SELECT element FROM set_elements WHERE key = ? ORDER BY element", (key,))
        return [msgspec.json.decode(element) for (element,) in rows]


def opened(connect: Callable[[str], apsw.Connection]) -> Storage:
    """The storage of a leader that has a database of its own. Opening may write."""
    writer = connect(DATABASE)
    with writer:
        writer.execute(SCHEMA)
    return Storage(writer, connect(DATABASE))
