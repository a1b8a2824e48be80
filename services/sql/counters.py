"""The counters that hand out keys. Like InnoDB's, they are not part of any transaction.

Concurrent transactions must not wait for each other's keys, so a counter never goes back: a failed
transaction keeps the keys that it drew. A follower that executes statements never hears of that transaction,
so its own counter hands out the same keys again.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import apsw

from services.sql.schema import TABLES

KEYS_PER_EPOCH = 2**32  # so that a key shows at a glance which epoch it is from


class Counters:
    """The highest keys that this process has handed out, by table; rollbacks do not lower them.

    `database` returns the connection that is open at the moment.
    """

    def __init__(self, database: Callable[[], apsw.Connection]) -> None:
        self._database = database
        self._highest: dict[str, int] = {}

    def begin_epoch(self, epoch: int) -> None:
        """From now on hand out keys that no earlier epoch can have handed out."""
        for table in TABLES.values():
            if table.counter:
                floor = epoch * KEYS_PER_EPOCH
                self._highest[table.name] = max(self._highest.get(table.name, 0), floor)

    def next_key(self, table: str) -> int:
        """The key that the next insert into `table` will draw."""
        return max(self._stored().get(table, 0), self._highest.get(table, 0)) + 1

    @contextmanager
    def kept(self) -> Iterator[None]:
        """A block that draws keys beyond all drawn before; they count as drawn even if it fails."""
        stored = self._stored()
        for table, highest in self._highest.items():
            if highest > stored.get(table, 0):
                self._store(table, highest)
        try:
            yield
        finally:
            self._highest |= self._stored()

    def _stored(self) -> dict[str, int]:
        return dict(self._database().execute("SELECT name, seq FROM sqlite_sequence"))

    def _store(self, table: str, highest: int) -> None:
        assert TABLES[table].counter
        database = self._database()
        database.execute("DELETE FROM sqlite_sequence WHERE name = ?", (table,))
        database.execute("INSERT INTO sqlite_sequence VALUES (?, ?)", (table, highest))
