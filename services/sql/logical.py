"""Row records: which rows a transaction changed, whatever its SQL text and however they are stored.

They are made from the changeset of SQLite's session extension, so they include what triggers did, and every
row appears once, as it was before and after the whole transaction. Deletes come first, then updates, then
inserts, so that no key is ever in two places.

(MySQL's row-based binlog and PostgreSQL's logical decoding carry the same: keys and new values, and all old
values if there is no key, which PostgreSQL calls REPLICA IDENTITY FULL.)
"""

from collections.abc import Iterable, Iterator
from typing import Any

import apsw

from services.errors import LabError
from services.messages.records import Delete, Insert, Row, RowRecord, Update
from services.messages.values import Value
from services.sql.schema import TABLES, Table

ORDER: tuple[type[RowRecord], ...] = (Delete, Update, Insert)


def records(database: apsw.Connection, changeset: bytes) -> list[RowRecord]:
    """The rows of `changeset`, which has just been made on `database`."""
    found = [_record(database, change) for change in apsw.Changeset.iter(changeset)]
    return sorted(found, key=lambda record: ORDER.index(type(record)))


def apply(database: apsw.Connection, changes: Iterable[RowRecord]) -> None:
    """Put each row in place; triggers do not fire, because what they did is among the records.

    Raises `LabError` copies-differ if a row is not there.
    """
    database.config(apsw.SQLITE_DBCONFIG_ENABLE_TRIGGER, 0)
    try:
        for change in changes:
            database.execute(*_statement(change))
            if database.changes() != 1:
                raise LabError("copies-differ", f"the row of {change} is not in this copy")
    except apsw.ConstraintError as error:
        raise LabError("copies-differ", f"the log does not fit this copy: {error}") from error
    finally:
        database.config(apsw.SQLITE_DBCONFIG_ENABLE_TRIGGER, 1)


def _record(database: apsw.Connection, change: apsw.TableChange) -> RowRecord:
    table = TABLES[change.name]
    if change.op == "INSERT":
        return Insert(table.name, _known(table, change.new))
    if change.op == "DELETE":
        return Delete(table.name, _identity(table, _known(table, change.old)))
    new, old = _known(table, change.new), _known(table, change.old)
    if table.key is None:
        assert change.old
        old = {**_row_at(database, table, change.old[0]), **old}
    return Update(table.name, _identity(table, old), new)


def _known(table: Table, values: tuple[Any, ...] | None) -> Row:
    """The values that a changeset names; without a key, a rowid comes before them."""
    assert values is not None
    of_columns = values if table.key else values[1:]
    named = zip(table.columns, of_columns, strict=True)
    return {column: value for column, value in named if value is not apsw.no_change}


def _identity(table: Table, row: Row) -> Row:
    return {table.key: row[table.key]} if table.key else row


def _row_at(database: apsw.Connection, table: Table, rowid: Any) -> Row:
    columns = ", ".join(table.columns)
    query = f"SELECT {columns} FROM {table.name} WHERE rowid = ?"
    row = next(database.execute(query, (rowid,)))
    return dict(zip(table.columns, row, strict=True))


def _statement(change: RowRecord) -> tuple[str, list[object]]:
    table = TABLES[change.table].name
    if isinstance(change, Insert):
        columns, marks = ", ".join(change.new), ", ".join("?" * len(change.new))
        return f"INSERT INTO {table}({columns}) VALUES ({marks})", [*change.new.values()]
    where = " AND ".join(f"{column} IS ?" for column in change.old)
    one = f"rowid = (SELECT rowid FROM {table} WHERE {where} LIMIT 1)"
    if isinstance(change, Delete):
        return f"DELETE FROM {table} WHERE {one}", [*change.old.values()]
    assignments = ", ".join(f"{column} = ?" for column in change.new)
    return f"UPDATE {table} SET {assignments} WHERE {one}", [*change.new.values(), *change.old.values()]


def contents(database: apsw.Connection) -> Iterator[tuple[str, Value]]:
    """Every row as `(table/key, its other values)`; a table without a key as `(table, all rows in order)`."""
    for table in TABLES.values():
        columns = ", ".join(table.columns)
        rows = database.execute(f"SELECT {columns} FROM {table.name} ORDER BY {columns}")
        named = [dict(zip(table.columns, row, strict=True)) for row in rows]
        if table.key:
            yield from ((f"{table.name}/{row.pop(table.key)}", row) for row in named)
        elif named:
            yield table.name, named
