"""One sweep over the events for all guarantees of the form "once that was known, nothing older is seen".

Rows of one group (a session's operations on one key, say) *tell* a state when they end and are *asked*
when they begin. Whoever is asked must not show a state older than the newest that was told before.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from chaos.checkers._ages import Ages, ages, traced, unwritten
from chaos.checkers._columns import BEFORE, FOREVER, Columns, columns
from chaos.checkers._moments import greatest_before
from chaos.checkers._passing import READ, WRITE, passed
from chaos.history import History, Operation
from chaos.history.table import Bools, Ints
from chaos.judging.verdict import Finding, Witness, found, unknown


@dataclass(frozen=True)
class Regress:
    """`read` saw a state older than that which `told` had made known, and which `change` had left."""

    told: Operation
    change: Operation
    read: Operation


@dataclass(frozen=True)
class Guarantee:
    """Which rows tell, and which rows belong together; every read is asked."""

    name: str
    tells: Callable[[Columns], Bools]
    group: Callable[[Columns], Ints]
    witness: Callable[[Regress], Witness]


def judge(guarantee: Guarantee, history: History) -> Finding:
    """Found with the first reads that break the guarantee as witnesses."""
    table, untraced = traced(columns(history))
    sweep = Sweep(guarantee, table, ages(table))
    if len(sweep.broken):
        return found(guarantee.name, len(sweep.broken), map(sweep.witness, sweep.broken))
    reason = untraced or unwritten(history, table)
    return (
        unknown(guarantee.name, reason) if reason else passed(guarantee.name, history.succeeded, READ, WRITE)
    )


class Sweep:
    """What one guarantee makes of a history; `broken` are the rows of the reads that break it."""

    def __init__(self, guarantee: Guarantee, table: Columns, ages: Ages) -> None:
        self._guarantee, self._table, self._ages = guarantee, table, ages
        self._group = guarantee.group(table)
        tells = guarantee.tells(table) & (table.end < FOREVER) & (ages.since > BEFORE)
        self._telling = np.flatnonzero(tells)
        asked = np.flatnonzero(~table.writes)
        newest = greatest_before(
            *(column[self._telling] for column in (self._group, table.end, ages.since)),
            *(column[asked] for column in (self._group, table.begin)),
        )
        self.broken = asked[ages.until[asked] < newest]

    def witness(self, row: int) -> Witness:
        """The evidence against one read: of what was told before, the newest, and who told it first."""
        table, telling = self._table, self._telling
        before = telling[(self._group[telling] == self._group[row]) & (table.end[telling] < table.begin[row])]
        teller = before[np.argmax(self._ages.since[before])]
        change = table.operation(self._ages.change[teller])
        return self._guarantee.witness(Regress(table.operation(teller), change, table.operation(row)))


def by_session_and_key(table: Columns) -> Ints:
    """The group of one session's operations on one key."""
    return table.session * len(table.keys) + table.key


def by_key(table: Columns) -> Ints:
    """The group of everybody's operations on one key."""
    return table.key
