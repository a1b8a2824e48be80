"""A replica's durable state: the log and what the log adds up to, in one SQLite database.

Every change is one transaction over both, so no crash can leave an entry without its effect or an
effect without its entry. Each entry keeps what it replaced (its undo), because a deposed leader has
to take back the tail that no other replica has (as PostgreSQL's `pg_rewind` and Raft's followers do).

Writing methods block while the disk syncs: call them through `Disk.run`, which keeps them in order.
Reading methods use a connection of their own and may be called at any time from the event loop.
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from functools import partial

import apsw
import msgspec

from services.errors import LabError
from services.messages import START, Entry, Position, Value
from services.messages.records import Command
from services.settings.single_leader import ReplicationLog
from services.single_leader.machine import Machine, MachineMaker, NoMachine
from services.single_leader.outcomes import Accepted, Asked, Found, Outcome, Request, Transaction
from services.sql import functions
from services.sql.choice import open_tables
from services.sql.functions import NOWHERE, Outside
from services.sql.working import Files
from services.store import effects, needs
from services.store import entries as log_table
from services.store.reach import end_of, reach

DATABASE = "replica.db"
SCHEMA = """
CREATE TABLE IF NOT EXISTS promise(id INTEGER PRIMARY KEY CHECK (id = 1), epoch INTEGER NOT NULL);
INSERT OR IGNORE INTO promise VALUES (1, 0);
CREATE TABLE IF NOT EXISTS set_aside(name TEXT PRIMARY KEY, entries TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS registers(
    key TEXT PRIMARY KEY, value TEXT NOT NULL, sequence INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS elements(
    key TEXT, element TEXT, sequence INTEGER NOT NULL, PRIMARY KEY (key, element)) WITHOUT ROWID;
"""


class Storage:
    """The log, the registers, the sets, and the newest epoch that this replica has promised."""

    def __init__(
        self,
        connect: Callable[[str], apsw.Connection],
        outside: Outside = NOWHERE,
        replication_log: ReplicationLog = "row",
        files: Files | None = None,  # the disk that `connect` leads to
        machine: MachineMaker | None = None,
    ) -> None:
        self._writer = connect(DATABASE)
        self._changes = self._writer.cursor()  # shared by all changes: making one takes as long as using it
        with self._writer:  # all tables or none, and one sync instead of one for each
            self._writer.execute(SCHEMA + needs.TABLE + log_table.TABLE)
            self.tables = open_tables(self._writer, connect, files, outside, replication_log)
        self.reader = connect(DATABASE)
        functions.register(self.reader, outside)
        self.epoch: int = next(self._writer.execute("SELECT epoch FROM promise"))[0]
        self.last = end_of(self._writer)
        self.machine: Machine = machine(self._writer, self.reader) if machine else NoMachine()

    def checkpoint_after(self, pages: int) -> None:
        """Have SQLite move its own log into the database file whenever it has `pages` pages."""
        self._writer.wal_autocheckpoint(pages)
        self.tables.checkpoint_after(pages)

    def close(self) -> None:
        """Close all connections for good."""
        self.tables.close()
        self.reader.close()
        self._writer.close()

    def promise(self, epoch: int) -> None:
        """Make durable the promise to accept nothing older than `epoch`. Writes, so it blocks."""
        self._write_promise(epoch)
        self.epoch = max(self.epoch, epoch)

    def _write_promise(self, epoch: int) -> None:
        if epoch > self.epoch:
            self._writer.execute("UPDATE promise SET epoch = ?", (epoch,))

    def append(self, epoch: int, requests: Sequence[Request]) -> list[Outcome]:
        """Append the requests to a leader in one transaction, durable on return. Writes, so it blocks.

        A client's transaction may fail alone; its outcome says so. Raises `LabError` stale-epoch, and writes
        nothing, if a newer epoch was promised in the meantime.
        """
        if epoch != self.epoch:
            raise LabError("stale-epoch", f"epoch {epoch} is over, epoch {self.epoch} has begun")
        outcomes: list[Outcome] = []

        def all_of_them() -> None:
            last = self.last
            for request in requests:
                outcomes.append(self._perform(epoch, last, request))
                last = outcomes[-1].position

        self._durably(all_of_them)
        self.last = outcomes[-1].position if outcomes else self.last
        return outcomes

    def accept(
        self,
        epoch: int,
        previous: Position,
        entries: Sequence[Entry],
        set_aside: Callable[[str, str], None],
        fenced: bool,
    ) -> Accepted:
        """Make the log agree with a leader that has `entries` right after `previous`. Writes, so it blocks.

        Own entries that contradict the leader's are kept beside the log, and handed to `set_aside` (a
        name and JSON lines) before they are undone, so they never vanish without a trace. Raises `LabError`
        stale-epoch if `fenced` and a newer epoch was promised, and log-gone if the logs may part before the
        oldest entry that is kept here, so that what contradicts the leader's log cannot be undone.
        """
        if fenced and epoch < self.epoch:
            raise LabError("stale-epoch", f"epoch {epoch} is over, epoch {self.epoch} has begun")
        positions = (previous, *(entry.position for entry in entries))
        agreed = next(filter(self._has, reversed(positions)), None)  # the logs agree up to there
        if agreed is None:
            self.promise(epoch)
            return Accepted(fits=False)
        fresh = [entry for entry in entries if entry.position.sequence > agreed.sequence]
        contradicts = fresh and fresh[0].position.sequence <= self.last.sequence
        if contradicts:
            reach(self._writer).must_go_on_from(agreed)
        removed = log_table.after(self._writer, fresh[0].position.sequence - 1, -1) if contradicts else []
        name, lines = log_table.as_file(removed)
        if removed:
            set_aside(name, lines)

        def in_their_place() -> None:
            self._write_promise(epoch)
            if removed:
                self._writer.execute("INSERT OR REPLACE INTO set_aside VALUES (?, ?)", (name, lines))
            self._undo(removed)
            self._insert(fresh)

        self._durably(in_their_place)
        self.epoch = max(self.epoch, epoch)  # not before it is on the disk
        self.last = fresh[-1].position if fresh else self.last
        return Accepted(fits=True, removed=removed)

    def _durably(self, change: Callable[[], None]) -> None:
        """Run `change` so that all of it becomes durable, and then readable; or none of it."""
        try:
            with self._writer:
                change()
        except BaseException:
            self.tables.forget()
            self.machine.forget()
            raise
        self.tables.settle()
        self.machine.settle()

    def _has(self, position: Position) -> bool:
        """Was this log certainly like that, there?"""
        here = self.position_at(position.sequence)
        if here or position.sequence > self.last.sequence:
            return here == position
        return reach(self._writer).trimmed(position)

    def position_at(self, sequence: int) -> Position | None:
        """The position of the entry with that sequence number, None if the log has none."""
        if sequence == 0:
            return START
        if sequence == self.last.sequence:
            return self.last
        if sequence > self.last.sequence:
            return None
        for (epoch,) in self._writer.execute("SELECT epoch FROM log WHERE sequence = ?", (sequence,)):
            return Position(epoch, sequence)
        return None

    def entries_after(self, sequence: int, limit: int) -> list[Entry]:
        """At most `limit` entries that follow `sequence`, in order."""
        return log_table.after(self.reader, sequence, limit)

    def newest_up_to(self, position: Position) -> Position:
        """The last position of this log that is not newer than `position`: where two logs may have parted."""
        if position == self.last:
            return position
        rows = self.reader.execute(
            "SELECT epoch, sequence FROM log WHERE sequence <= ? AND epoch <= ?"
            " ORDER BY sequence DESC LIMIT 1",
            (position.sequence, position.epoch),
        )
        return next((Position(*row) for row in rows), START)

    def trim(self, keep: int) -> int:
        """Drop old entries so that about `keep` remain; returns how many went. Writes, so it blocks."""
        up_to = reach(self._writer).surplus(keep)
        self._writer.execute("DELETE FROM log WHERE sequence <= ?", (up_to,))
        return self._writer.changes() if up_to else 0

    def snapshot(self) -> AbstractContextManager[object]:
        """A block in which all reading methods see the state and the log of one moment."""
        return self.reader

    def register(self, key: str) -> Found:
        """The register `key`."""
        for value, sequence in self.reader.execute(
            "SELECT value, sequence FROM registers WHERE key = ?", (key,)
        ):
            return Found(True, msgspec.json.decode(value), sequence)
        return Found(False, None, 0)

    def set(self, key: str) -> Found:
        """The elements of the set `key`, in the order in which they were added; empty if it is absent."""
        rows = list(
            self.reader.execute(
                "SELECT element, sequence FROM elements WHERE key = ? ORDER BY sequence", (key,)
            )
        )
        return Found(bool(rows), [msgspec.json.decode(row[0]) for row in rows], rows[-1][1] if rows else 0)

    def contents(self) -> tuple[dict[str, Value], dict[str, list[Value]]]:
        """All registers and all sets, sorted by key."""
        registers = {
            key: msgspec.json.decode(value)
            for key, value in self.reader.execute("SELECT key, value FROM registers ORDER BY key")
        }
        sets: dict[str, list[Value]] = {}
        for key, element in self.reader.execute("SELECT key, element FROM elements ORDER BY key, element"):
            sets.setdefault(key, []).append(msgspec.json.decode(element))
        return registers, sets

    def set_aside(self) -> dict[str, list[Entry]]:
        """Every log tail that was ever taken back here, by the name of its file."""
        rows = self.reader.execute("SELECT name, entries FROM set_aside ORDER BY name")
        return {name: msgspec.json.Decoder(Entry).decode_lines(lines) for name, lines in rows}

    def _perform(self, epoch: int, last: Position, request: Request) -> Outcome:
        """The outcome of `request` when the log ends at `last`."""
        if isinstance(request, Asked):
            return self._decide(epoch, last, request)
        if not isinstance(request, Transaction):
            entry = Entry(Position(epoch, last.sequence + 1), request)
            self._insert([entry])
            return Outcome([entry], entry.position)
        try:
            performed = self.tables.perform(request.statements)
        except LabError as error:
            return Outcome([], last, error=error)
        entries = [
            Entry(Position(epoch, sequence), record=record)
            for sequence, record in enumerate(performed.records, start=last.sequence + 1)
        ]
        for entry in entries:
            log_table.write(self._changes, entry, performed.undo if entry is entries[-1] else None)
        return Outcome(entries, entries[-1].position if entries else last, performed.results)

    def _decide(self, epoch: int, last: Position, request: Asked) -> Outcome:
        """The same for a request to the machine; if it changes nothing, there is no entry."""
        position = Position(epoch, last.sequence + 1)
        try:
            decided = self.machine.decide(request.what, position.sequence)
        except LabError as error:
            return Outcome([], last, error=error)
        if not decided.command:
            return Outcome([], last, told=decided.result)
        entry = Entry(position, record=Command(decided.command))
        log_table.write(self._changes, entry, decided.undo)
        return Outcome([entry], position, told=decided.result)

    def _insert(self, entries: Iterable[Entry]) -> None:
        for entry in entries:
            operation, record, sequence = entry.operation, entry.record, entry.position.sequence
            undo: str | bytes | None = None
            if operation:
                undo = effects.apply(self._changes, operation, sequence)
            elif isinstance(record, Command):
                undo = self.machine.carry_out(record.body, sequence)
            elif record:
                undo = self.tables.apply(record, partial(log_table.rows_before, self._writer, sequence))
            log_table.write(self._changes, entry, undo)

    def _undo(self, removed: Sequence[Entry]) -> None:
        for entry in reversed(removed):
            sequence = entry.position.sequence
            undo = next(self._writer.execute("SELECT undo FROM log WHERE sequence = ?", (sequence,)))[0]
            if entry.operation:
                effects.take_back(self._changes, entry.operation, undo)
            elif isinstance(entry.record, Command):
                self.machine.take_back(undo)
            elif undo:
                self.tables.take_back(undo)
            self._writer.execute("DELETE FROM log WHERE sequence = ?", (sequence,))
