"""The log as a table: entries with what undoes them, written and read back."""

from collections.abc import Iterator, Sequence

import apsw
import msgspec

from services.errors import LabError
from services.messages import Entry, Operation, Position
from services.messages.records import AnyRecord, RowRecord

TABLE = """
CREATE TABLE IF NOT EXISTS log(
    sequence INTEGER PRIMARY KEY, epoch INTEGER NOT NULL, operation TEXT, undo, record TEXT);
"""
COLUMNS = "epoch, sequence, operation, record"


def write(database: apsw.Cursor, entry: Entry, undo: str | bytes | None) -> None:
    """Put `entry` at the end."""
    operation = msgspec.json.encode(entry.operation).decode() if entry.operation else None
    record = msgspec.json.encode(entry.record).decode() if entry.record else None
    row = (entry.position.sequence, entry.position.epoch, operation, undo, record)
    database.execute("INSERT INTO log VALUES (?, ?, ?, ?, ?)", row)


def after(database: apsw.Connection, sequence: int, limit: int) -> list[Entry]:
    """At most `limit` entries that follow `sequence`, in order; -1 is no limit."""
    query = f"SELECT {COLUMNS} FROM log WHERE sequence > ? ORDER BY sequence LIMIT ?"
    return [_entry(*row) for row in database.execute(query, (sequence, limit))]


def last_change(database: apsw.Connection, key: str, sequence: int) -> int:
    """The last entry after `sequence` that changed the register or set `key`, even by deletion; 0 if none."""
    query = "SELECT max(sequence) FROM log WHERE sequence > ? AND operation ->> 'key' = ?"
    found: int | None = next(database.execute(query, (sequence, key)))[0]
    return found or 0


def rows_before(database: apsw.Connection, sequence: int, count: int) -> Iterator[RowRecord]:
    """The `count` row records right before `sequence`. Raises `LabError` log-gone if some were trimmed."""
    query = "SELECT record FROM log WHERE sequence BETWEEN ? AND ? ORDER BY sequence"
    found = list(database.execute(query, (sequence - count, sequence - 1)))
    if len(found) < count:
        text = f"of the {count} rows of the transaction that ends at {sequence}, {len(found)} are kept here"
        raise LabError("log-gone", text)
    for (record,) in found:
        yield msgspec.json.decode(record, type=RowRecord)


def as_file(removed: Sequence[Entry]) -> tuple[str, str]:
    """The name and the lines of the file that keeps a log tail which was taken back."""
    name = f"set-aside-{removed[0].position}-to-{removed[-1].position}.jsonl" if removed else ""
    return name, b"".join(msgspec.json.encode(entry) + b"\n" for entry in removed).decode()


def _entry(epoch: int, sequence: int, operation: str | None, record: str | None) -> Entry:
    return Entry(
        Position(epoch, sequence),
        msgspec.json.decode(operation, type=Operation) if operation else None,
        msgspec.json.decode(record, type=AnyRecord) if record else None,
    )
