"""How far a log reaches: where it begins, where it ends, and what is outside it.

A log does not keep its first entry for ever: old entries are trimmed, and what they added up to stays in the
tables. A replica that needs older entries must take a copy of everything. (PostgreSQL's `wal_keep_size`,
MySQL's `binlog_expire_logs_seconds`; Raft calls it log compaction.)
"""

from typing import NamedTuple

import apsw

from services.errors import LabError
from services.messages import START, Entry, Position

ENDS = "SELECT epoch, sequence FROM log ORDER BY sequence"
SLACK = 4  # trim when the log exceeds its limit by one part in this many


class Reach(NamedTuple):
    """The first and the last entry that a log holds; both are START while it is empty."""

    first: Position = START
    last: Position = START

    def goes_on_from(self, position: Position) -> bool:
        """True if it holds everything after `position`."""
        return self.first.sequence <= position.sequence + 1

    def must_go_on_from(self, position: Position) -> None:
        """Raise `LabError` log-gone unless it holds everything after `position`."""
        if not self.goes_on_from(position):
            text = f"the logs part before {self.first.sequence}, and nothing older is kept here"
            raise LabError("log-gone", text)

    def trimmed(self, position: Position) -> bool:
        """True if the log certainly had `position`, and does not hold it any more.

        That is so if it lies before the first entry and has its epoch: then the same leader wrote both. Of
        older epochs nobody can tell.
        """
        return 0 < position.sequence < self.first.sequence and position.epoch == self.first.epoch

    def surplus(self, keep: int) -> int:
        """The sequence up to which to trim so that `keep` entries remain; 0 while it is not worth it."""
        length = self.last.sequence - self.first.sequence + 1
        return self.last.sequence - keep if length > keep + keep // SLACK else 0


def reach(database: apsw.Connection) -> Reach:
    """The reach of the log in `database`."""
    return Reach(_end(database, "ASC"), end_of(database))


def end_of(database: apsw.Connection) -> Position:
    """The last entry of the log in `database`; START while it is empty."""
    return _end(database, "DESC")


def beginnings(database: apsw.Connection) -> tuple[Position, ...]:
    """The first entry of each epoch in the log, as far as the log is kept."""
    query = "SELECT epoch, min(sequence) FROM log GROUP BY epoch ORDER BY epoch"
    return tuple(Position(*row) for row in database.execute(query))


def _end(database: apsw.Connection, order: str) -> Position:
    return next((Position(*row) for row in database.execute(f"{ENDS} {order} LIMIT 1")), START)


def unknown_to(database: apsw.Connection, own: list[Entry]) -> list[Entry]:
    """Those of the `own` entries, in order, that the log in `database` may not contain.

    Two logs with one entry in common agree on everything before it.
    """
    log = reach(database)

    def known(position: Position) -> bool:
        row = (position.sequence, position.epoch)
        return log.trimmed(position) or bool(
            list(database.execute("SELECT 1 FROM log WHERE sequence = ? AND epoch = ?", row))
        )

    shared = max((index for index, entry in enumerate(own) if known(entry.position)), default=-1)
    return own[shared + 1 :]
