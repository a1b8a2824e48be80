"""The SQL tables of one replica: a leader's transactions become records, a follower's records become rows.

Everything happens inside the caller's SQLite transaction, so a record and its effect are stored together
or not at all. The inverse of each entry's changeset is kept, for when a tail must be taken back.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

import apsw
import msgspec

from services.errors import LabError
from services.messages.records import (
    AnyRecord,
    Command,
    Commit,
    Delete,
    Format,
    Frames,
    Insert,
    RowRecord,
    Statement,
    Statements,
    Update,
)
from services.messages.sql import ResultSet
from services.settings.single_leader import ReplicationLog
from services.sql import door, functions, logical, schema, statement
from services.sql.counters import Counters
from services.sql.functions import Outside
from services.sql.statement import Values
from services.sql.working import Working

MOST_CHANGED_ROWS = 1000
MOST_RECORD_BYTES = 256 << 10


class Performed(NamedTuple):
    """The outcome of a transaction: its records, what undoes it, and the results for the client."""

    records: Sequence[AnyRecord]
    undo: bytes
    results: tuple[ResultSet, ...]


class Tables:
    """The tables over one connection. `log` is the format in force; it may change between transactions."""

    form: Format | None = None  # the format of the file does not matter to them
    working: Working | None = None  # they have no file of their own

    def __init__(self, database: apsw.Connection, outside: Outside, log: ReplicationLog) -> None:
        functions.register(database, outside)
        schema.create(database, outside.for_reports, outside.outbox)
        self.log = log
        self._database, self._outside = database, outside
        self.counters = Counters(lambda: database)

    def perform(self, statements: Sequence[Statement]) -> Performed:
        """Execute a client's transaction as the leader. If it raises `LabError`, nothing has changed."""
        with self._database, self._recording() as session:  # a savepoint inside the caller's transaction
            executed = [self._execute(one) for one in statements]
            changeset = session.changeset()
            rows = self._rows(changeset)
            shipped, results, dangers = zip(*executed, strict=True)
            danger = next(filter(None, dangers), "")
            if danger and self.log == "statement-rewritten":
                raise statement.refuse(danger)
            records = self._records(shipped, rows, danger)
            if sum(map(_size, records)) > MOST_RECORD_BYTES:
                raise LabError("too-large", f"a transaction may have {MOST_RECORD_BYTES} bytes in the log")
        return Performed(records, apsw.Changeset.invert(changeset), results)

    def apply(self, record: AnyRecord, before: Callable[[int], Iterable[RowRecord]]) -> bytes | None:
        """Do what `record` says, as a follower; `before(n)` are the n records ahead of it. Returns the undo.

        Raises `LabError` copies-differ if this copy is not like the leader's.
        """
        if isinstance(record, Insert | Update | Delete):
            return self._put([record]) if self.log == "row-without-commit" else None
        if isinstance(record, Commit):
            return self._put(before(record.rows))
        if isinstance(record, Frames):
            raise LabError(
                "storage-format", f"this copy takes no pages ({record.form}), its log is {self.log}"
            )
        assert not isinstance(record, Command), record  # commands are not for the tables
        with self._recording() as session:
            for one in record.statements:
                self._repeat(one)
            return apsw.Changeset.invert(session.changeset())

    def take_back(self, undo: bytes) -> None:
        """Undo what an entry did, with the undo that `perform` or `apply` returned."""
        self._database.config(apsw.SQLITE_DBCONFIG_ENABLE_TRIGGER, 0)
        apsw.Changeset.apply(undo, self._database)
        self._database.config(apsw.SQLITE_DBCONFIG_ENABLE_TRIGGER, 1)

    def checkpoint_after(self, pages: int) -> None:
        """Nothing to do: SQLite has no log here besides the caller's."""

    def settle(self) -> None:
        """The caller's transaction is durable: nothing to do."""

    def forget(self) -> None:
        """The caller's transaction was rolled back, and all that happened inside it with it."""

    def close(self) -> None:
        """Nothing to do: only the caller's connection is open."""

    def _execute(self, asked: Statement) -> tuple[Statement, ResultSet, str]:
        """The statement as it was executed, its result, and why it may not be repeatable."""
        if self.log == "statement-rewritten":
            asked = statement.rewritten(asked, self._values())
        with self.counters.kept():
            result, seen = door.run(self._database, asked, may_write=True)
        return asked, result, statement.danger(asked, seen)

    def _repeat(self, one: Statement) -> None:
        try:
            door.run(self._database, one, may_write=True)
        except LabError as error:
            raise LabError("copies-differ", f"{one.sql!r} fails here: {error.text}") from error

    def _values(self) -> Values:
        outside = self._outside
        return Values(lambda: functions.now(outside), lambda: functions.rand(outside), self.counters.next_key)

    def _rows(self, changeset: bytes) -> list[RowRecord]:
        try:
            rows = logical.records(self._database, changeset)
        except UnicodeDecodeError as error:
            raise LabError("bad-sql", f"a text is not UTF-8: {error}") from error
        if len(rows) > MOST_CHANGED_ROWS:
            raise LabError("too-large", f"a transaction may change {MOST_CHANGED_ROWS} rows, not {len(rows)}")
        return rows

    def _records(
        self, shipped: Sequence[Statement], rows: Sequence[RowRecord], danger: str
    ) -> Sequence[AnyRecord]:
        if not rows:
            return ()
        as_text = self.log in ("statement", "statement-rewritten") or (self.log == "mixed" and not danger)
        if as_text:
            return (Statements(tuple(shipped)),)
        return rows if self.log == "row-without-commit" else (*rows, Commit(len(rows)))

    def _put(self, rows: Iterable[RowRecord]) -> bytes:
        with self._recording() as session:
            logical.apply(self._database, rows)
            return apsw.Changeset.invert(session.changeset())

    @contextmanager
    def _recording(self) -> Iterator[apsw.Session]:
        session = apsw.Session(self._database, "main")
        session.config(apsw.SQLITE_SESSION_OBJCONFIG_ROWID, 1)
        session.table_filter(schema.TABLES.__contains__)
        session.attach()
        try:
            yield session
        finally:
            session.close()


def read(database: apsw.Connection, statements: Sequence[Statement]) -> tuple[ResultSet, ...]:
    """The results of statements that only read, all from one state. Raises `LabError`."""
    with database:
        results = [door.run(database, one, may_write=False)[0] for one in statements]
    return tuple(results)


def _size(record: AnyRecord) -> int:
    return len(msgspec.json.encode(record))
