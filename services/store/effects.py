"""What an operation does to the tables, and how to take it back.

`apply` returns the undo, a small JSON text kept beside the entry in the log; `take_back` restores the tables
to the state before. Both run inside the caller's transaction, on a cursor that the caller keeps.
"""

import apsw
import msgspec

from services.messages import Operation
from services.store import needs

# A register and what its writer had seen; both are null if there is nothing.
REGISTER = """
SELECT value, sequence, positions FROM (SELECT ? AS wanted)
    LEFT JOIN registers ON registers.key = wanted
    LEFT JOIN needs ON is_set = 0 AND needs.key = wanted
"""

_encoder = msgspec.json.Encoder(order="deterministic")


def canonical(value: object) -> str:
    """The value as JSON."""
    return _encoder.encode(value).decode()


def apply(database: apsw.Cursor, operation: Operation, sequence: int) -> str:
    """Perform `operation` as entry `sequence`; returns its undo."""
    undo, kept = (_add if operation.f == "add" else _change)(database, operation, sequence)
    changed = needs.change(database, operation, kept)
    return canonical({"before": msgspec.json.decode(undo), "needs": kept}) if changed else undo


def _change(database: apsw.Cursor, operation: Operation, sequence: int) -> tuple[str, str | None]:
    value, since, kept = next(database.execute(REGISTER, (operation.key,)))
    if operation.f == "put":
        row = (operation.key, canonical(operation.value), sequence)
        database.execute("INSERT OR REPLACE INTO registers VALUES (?, ?, ?)", row)
    else:
        database.execute("DELETE FROM registers WHERE key = ?", (operation.key,))
    return canonical(None if value is None else (value, since)), kept


def take_back(database: apsw.Cursor, operation: Operation, undo: str) -> None:
    """Restore what was there before `operation`, from the undo that `apply` returned."""
    before = msgspec.json.decode(undo)
    if isinstance(before, dict):
        needs.restore(database, operation, before["needs"])
        before = before["before"]
    if operation.f == "add":
        if before is None:
            element = _element(operation)
            database.execute("DELETE FROM elements WHERE key = ? AND element = ?", (operation.key, element))
    elif before is None:
        database.execute("DELETE FROM registers WHERE key = ?", (operation.key,))
    else:
        database.execute("INSERT OR REPLACE INTO registers VALUES (?, ?, ?)", (operation.key, *before))


def _add(database: apsw.Cursor, operation: Operation, sequence: int) -> tuple[str, str | None]:
    element = _element(operation)
    found = list(
        database.execute(
            "SELECT sequence FROM elements WHERE key = ? AND element = ?", (operation.key, element)
        )
    )
    if not found:
        database.execute("INSERT INTO elements VALUES (?, ?, ?)", (operation.key, element, sequence))
    return canonical(found[0] if found else None), needs.kept(database, operation.key, is_set=True)


def _element(operation: Operation) -> str:
    """The element as text; equal elements have equal texts, whatever the order of their keys."""
    return canonical(operation.value)
