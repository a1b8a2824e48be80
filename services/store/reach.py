"""How far a log reaches: where it begins, where it ends, and what lies outside of it.

A log does not begin at its first entry for ever: old entries are trimmed, and what they added up to
stays in the tables. Who needs older entries than there are must take a copy of everything.
(PostgreSQL's `wal_keep_size`, MySQL's `binlog_expire_logs_seconds`; Raft calls it log compaction.)
"""

from typing import NamedTuple

import apsw

from services.messages import START, Entry, Position

ENDS = "SELECT epoch, sequence FROM log ORDER BY sequence"
SLACK = 4  # trimmed is when the log is longer than it may be by one part in so many


class Reach(NamedTuple):
    """The first and the last entry that a log holds; both are START while it is empty."""

    first: Position = START
    last: Position = START

    def goes_on_from(self, position: Position) -> bool:
        """True when it holds everything that follows `position`."""
        return self.first.sequence <= position.sequence + 1

    def surplus(self, keep: int) -> int:
        """The sequence up to which entries are to go so that `keep` remain; 0 while that is not worth it."""
        length = self.last.sequence - self.first.sequence + 1
        return self.last.sequence - keep if length > keep + keep // SLACK else 0


def reach(database: apsw.Connection) -> Reach:
    """That of the log in `database`."""
    return Reach(_end(database, "ASC"), end_of(database))


def end_of(database: apsw.Connection) -> Position:
    """The last entry of the log in `database`; START while it is empty."""
    return _end(database, "DESC")


def beginnings(database: apsw.Connection) -> tuple[Position, ...]:
    """The first entry of each epoch that is in the log, as far as it is kept."""
    query = "SELECT epoch, min(sequence) FROM log GROUP BY epoch ORDER BY epoch"
    return tuple(Position(*row) for row in database.execute(query))


def _end(database: apsw.Connection, order: str) -> Position:
    return next((Position(*row) for row in database.execute(f"{ENDS} {order} LIMIT 1")), START)


def unknown_to(database: apsw.Connection, own: list[Entry]) -> list[Entry]:
    """Those of `own` entries, in order, which the history that `database` holds may not contain.

    Two logs with one entry in common agree on everything before it. An entry that was trimmed there was
    surely the same if its epoch had not ended yet; of older epochs nobody can tell.
    """
    first = reach(database).first

    def known(position: Position) -> bool:
        if position.sequence < first.sequence:
            return position.epoch == first.epoch
        row = (position.sequence, position.epoch)
        return bool(list(database.execute("SELECT 1 FROM log WHERE sequence = ? AND epoch = ?", row)))

    shared = max((index for index, entry in enumerate(own) if known(entry.position)), default=-1)
    return own[shared + 1 :]
