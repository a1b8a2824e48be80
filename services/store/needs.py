"""What whoever wrote a value had seen of other partitions, kept beside the value: its dependencies.

A log says what came before within its own partition. Of other partitions it knows only what clients tell:
with a write comes how far its client had seen each of them, and whoever reads the value is told, so that it
will not be shown less there. (Explicit dependencies: Lloyd and others, COPS, 2011. Because a client's token
has all that the client knows, nothing has to be followed from one dependency to the next.)

A deletion leaves its dependencies behind like any other change; those of a set's elements are put together.
"""

import apsw
import msgspec

from services.messages import Operation, Token, merged

TABLE = """
CREATE TABLE IF NOT EXISTS needs(
    is_set INTEGER, key TEXT, positions TEXT NOT NULL, PRIMARY KEY (is_set, key)) WITHOUT ROWID;
"""

_decoder = msgspec.json.Decoder(Token)


def needs_of(database: apsw.Connection, key: str, is_set: bool) -> Token:
    """What has to be found by whoever was shown that register or set, or that there is none."""
    text = kept(database, key, is_set)
    return _decoder.decode(text) if text else ()


def change(database: apsw.Cursor, operation: Operation, before: str | None) -> bool:
    """Keep what `operation` needs, after what was kept `before`; returns whether that changed anything."""
    is_set, needs = operation.f == "add", operation.needs or ()
    if not needs and (before is None or is_set):
        return False
    if before and is_set:
        needs = merged(needs, _decoder.decode(before))
    restore(database, operation, msgspec.json.encode(needs).decode() if needs else None)
    return True


def restore(database: apsw.Cursor, operation: Operation, before: str | None) -> None:
    """Keep again what was kept before `operation`."""
    place = (operation.f == "add", operation.key)
    if before is None:
        database.execute("DELETE FROM needs WHERE is_set = ? AND key = ?", place)
    else:
        database.execute("INSERT OR REPLACE INTO needs VALUES (?, ?, ?)", (*place, before))


def kept(database: apsw.Connection | apsw.Cursor, key: str, is_set: bool) -> str | None:
    """What is kept beside that register or set, as it stands in the table."""
    query = "SELECT positions FROM needs WHERE is_set = ? AND key = ?"
    return next((str(row[0]) for row in database.execute(query, (is_set, key))), None)
