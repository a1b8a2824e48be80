"""What the writer of a value had seen of other partitions, kept beside the value: its dependencies.

A log says what came before within its own partition. About other partitions it knows only what clients say: a
write says how far its client had seen each of them. A reader of the value is told this, so that it is not
shown less there. (Explicit dependencies: Lloyd and others, COPS, 2011. A client's token holds all that the
client knows, so there are no chains of dependencies to follow.)

A deletion leaves its dependencies behind like any other change; those of a set's elements are merged.
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
    """What a client must find elsewhere once it was shown that register or set, or its absence."""
    text = kept(database, key, is_set)
    return _decoder.decode(text) if text else ()


def change(database: apsw.Cursor, operation: Operation, before: str | None) -> bool:
    """Keep what `operation` needs, in place of what was kept `before`; True if that changed anything."""
    is_set, needs = operation.f == "add", operation.needs or ()
    if not needs and (before is None or is_set):
        return False
    if before and is_set:
        needs = merged(needs, _decoder.decode(before))
    restore(database, operation, msgspec.json.encode(needs).decode() if needs else None)
    return True


def restore(database: apsw.Cursor, operation: Operation, before: str | None) -> None:
    """Restore what was kept before `operation`."""
    place = (operation.f == "add", operation.key)
    if before is None:
        database.execute("DELETE FROM needs WHERE is_set = ? AND key = ?", place)
    else:
        database.execute("INSERT OR REPLACE INTO needs VALUES (?, ?, ?)", (*place, before))


def kept(database: apsw.Connection | apsw.Cursor, key: str, is_set: bool) -> str | None:
    """What is kept beside that register or set, as stored in the table."""
    query = "SELECT positions FROM needs WHERE is_set = ? AND key = ?"
    return next((str(row[0]) for row in database.execute(query, (is_set, key))), None)
