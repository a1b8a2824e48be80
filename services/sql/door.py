"""Runs one statement of a client within what the door allows, and records what SQLite says it does.

While SQLite prepares a statement, it asks the authorizer about every table and function, even inside
triggers. So nobody has to guess from its text what a statement may touch, or whether it can be repeated
elsewhere.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import apsw

from services.errors import LabError
from services.messages.records import Scalar, Statement
from services.messages.sql import ResultSet
from services.sql.functions import UNREPEATABLE
from services.sql.schema import TABLES

MOST_STATEMENTS = 64
MOST_SQL_BYTES = 64 << 10
MOST_PARAMETERS = 100
MOST_ROWS = 1000
MOST_CELL_BYTES = 64 << 10
MOST_STEPS = 5_000_000  # of SQLite's virtual machine: about half a second
STEPS_BETWEEN_LOOKS = 10_000

FUNCTIONS = UNREPEATABLE | {
    *("abs", "avg", "ceil", "char", "coalesce", "count", "floor", "format", "glob", "hex", "ifnull", "iif"),
    *("instr", "length", "like", "lower", "ltrim", "max", "min", "nullif", "printf", "quote", "replace"),
    *("round", "rtrim", "sign", "substr", "substring", "sum", "total", "trim", "typeof", "unicode", "upper"),
}
WRITES = {apsw.SQLITE_INSERT: "inserts", apsw.SQLITE_UPDATE: "updates", apsw.SQLITE_DELETE: "deletes"}
HARMLESS = {apsw.SQLITE_SELECT, apsw.SQLITE_RECURSIVE}
_LIMITS = {apsw.SQLITE_LIMIT_LENGTH: MOST_CELL_BYTES, apsw.SQLITE_LIMIT_SQL_LENGTH: MOST_SQL_BYTES}


@dataclass
class Seen:
    """What the authorizer was asked about: tables written and functions called, even inside a trigger."""

    may_write: bool
    written: set[str] = field(default_factory=set)
    called: set[str] = field(default_factory=set)
    called_by_triggers: set[str] = field(default_factory=set)
    refusal: str = ""
    statements: int = 0
    columns: tuple[str, ...] = ()

    def authorize(
        self, action: int, one: str | None, two: str | None, _: str | None, trigger: str | None
    ) -> int:
        """See `apsw.Connection.authorizer`."""
        self.refusal = self.refusal or self._objection(action, one, two)
        if action in WRITES and one:
            self.written.add(one)
        elif action == apsw.SQLITE_FUNCTION and two:
            (self.called_by_triggers if trigger else self.called).add(two.lower())
        return apsw.SQLITE_DENY if self.refusal else apsw.SQLITE_OK

    def one_more(self, cursor: apsw.Cursor, *_: object) -> bool:
        """See `apsw.Connection.exec_trace`: note the columns, and stop before a second statement begins."""
        self.statements += cursor.has_vdbe
        self.columns = tuple(name for name, *_ in cursor.get_description())
        if self.statements > 1:
            self.refusal = "one text holds one statement; send several as a list, as one transaction"
        return self.statements <= 1

    def _objection(self, action: int, one: str | None, two: str | None) -> str:
        if action in HARMLESS:
            return ""
        if action == apsw.SQLITE_FUNCTION:
            return "" if (two or "").lower() in FUNCTIONS else f"there is no function {two}() here"
        if action in WRITES and not self.may_write:
            return "reads may not write; without `from` and `policy` the leader is asked"
        if action in WRITES or action == apsw.SQLITE_READ:
            return "" if one in TABLES else f"there is no table {one}; there are {', '.join(TABLES)}"
        if action == apsw.SQLITE_PRAGMA and self.statements and one == "table_xinfo":
            return ""  # the session that records this transaction asks for it
        return "only SELECT, INSERT, UPDATE and DELETE are served here"


def run(database: apsw.Connection, statement: Statement, may_write: bool) -> tuple[ResultSet, Seen]:
    """Execute one statement. Raises a definite `LabError`; the caller must undo what it did until then."""
    seen = Seen(may_write)
    with _held_to(database, seen), _translated(statement, seen):
        before = database.total_changes()
        cursor = database.execute(statement.sql, statement.parameters, can_cache=False)
        rows = tuple(_rows(cursor))
        if not seen.statements:
            raise LabError("bad-sql", "the text holds no statement")
        changes = database.total_changes() - before
    inserted = next((table for table in seen.written if TABLES[table].counter), None)
    key = database.last_insert_rowid() if inserted and changes else None
    return ResultSet(seen.columns, rows, changes, key), seen


@contextmanager
def _held_to(database: apsw.Connection, seen: Seen) -> Iterator[None]:
    usual = {limit: database.limit(limit, bound) for limit, bound in _LIMITS.items()}
    looks = iter(range(MOST_STEPS // STEPS_BETWEEN_LOOKS))
    database.set_progress_handler(lambda: next(looks, None) is None, STEPS_BETWEEN_LOOKS)
    database.authorizer, database.exec_trace = seen.authorize, seen.one_more
    try:
        yield
    finally:
        database.authorizer = database.exec_trace = None
        database.set_progress_handler(None)
        for limit, bound in usual.items():
            database.limit(limit, bound)


@contextmanager
def _translated(statement: Statement, seen: Seen) -> Iterator[None]:
    """A block in which SQLite's complaints about a statement become the lab's own errors."""
    try:
        yield
    except apsw.InterruptError as error:
        raise LabError("too-large", f"the statement takes more than {MOST_STEPS:,} steps") from error
    except apsw.TooBigError as error:
        raise LabError("too-large", f"no text here may exceed {MOST_CELL_BYTES} bytes: {error}") from error
    except (apsw.ConstraintError, apsw.MismatchError) as error:
        raise LabError("constraint-violated", str(error)) from error
    except (apsw.SQLError, apsw.AuthError, apsw.ExecTraceAbort, apsw.BindingsError, TypeError) as error:
        raise LabError("bad-sql", seen.refusal or str(error)) from error
    except (ValueError, OverflowError, apsw.RangeError) as error:  # encodings are among the ValueErrors
        raise LabError("bad-sql", f"a value or the text is not usable: {error}") from error


def _rows(cursor: apsw.Cursor) -> Iterator[tuple[Scalar, ...]]:
    for number, row in enumerate(cursor, start=1):
        if number > MOST_ROWS:
            raise LabError("too-large", f"a statement may return {MOST_ROWS} rows; add a LIMIT")
        yield tuple(_cell(value) for value in row)


def _cell(value: object) -> Scalar:
    if isinstance(value, float) and value - value != 0:
        raise LabError("bad-sql", f"{value} has no form in JSON")
    if isinstance(value, str | int | float | None):
        return value
    raise LabError("bad-sql", "a result holds a blob, which has no form in JSON; take hex() of it")


def check(statements: tuple[Statement, ...]) -> None:
    """Raise `LabError` too-large or bad-sql before anything is executed."""
    if not 1 <= len(statements) <= MOST_STATEMENTS:
        raise LabError(
            "bad-sql", f"a transaction has 1 to {MOST_STATEMENTS} statements, not {len(statements)}"
        )
    for statement in statements:
        if len(statement.parameters) > MOST_PARAMETERS:
            raise LabError("too-large", f"a statement has at most {MOST_PARAMETERS} parameters")
        if len(statement.sql) > MOST_SQL_BYTES:
            raise LabError("too-large", f"a statement has at most {MOST_SQL_BYTES} characters")
