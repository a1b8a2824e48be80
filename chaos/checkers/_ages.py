"""Which of two states of a register is the older one, as far as a history proves it.

Every state was left by a change, and that change was begun at one event and over at another. A state is
surely older than another when its change was over before the other's began. Nothing is claimed of
changes that overlap, nor of what one in doubt has replaced: it is over never.

For a read the change is found by the value, which therefore must be unique. An absent key was left so
before event 0, or by any delete begun before the read returned: the widest span that these allow.
"""

from dataclasses import dataclass

import numpy as np

from chaos.checkers._columns import BEFORE, FOREVER, Columns
from chaos.checkers._failed import failed_writes
from chaos.checkers._moments import greatest_before
from chaos.checkers._words import shown, unsourced
from chaos.history import History
from chaos.history.table import Bools, Ints


@dataclass(frozen=True)
class Ages:
    """For each row, when the change that left its state was begun (`since`) and over (`until`).

    `change` is the row of that change, -1 for none or one of several. A read of what nobody had begun to
    write has no age: it is neither older nor newer than anything.
    """

    since: Ints
    until: Ints
    change: Ints


def ages(table: Columns) -> Ages:
    """The age of what each write left and each read saw."""
    cells = len(table.key_of_cell)
    change = np.full(cells, -1, dtype=np.int64)
    fresh = table.writes & ~table.absent[table.cell]
    change[table.cell[fresh]] = np.flatnonzero(fresh)
    of_row = np.where(table.writes, np.arange(len(table.begin)), change[table.cell])
    of_row[table.begin[of_row] > table.end] = -1
    since = np.where(of_row >= 0, table.begin[of_row], BEFORE)
    until = np.where(of_row >= 0, table.end[of_row], FOREVER)
    of_nothing = ~table.writes & table.absent[table.cell]
    until[of_nothing] = _deleted_until(table, of_nothing)
    return Ages(since, until, of_row)


def _deleted_until(table: Columns, reads: Bools) -> Ints:
    deletes = table.writes & table.absent[table.cell]
    begin, end = table.begin[deletes], table.end[deletes]
    return greatest_before(table.key[deletes], begin, end, table.key[reads], table.end[reads])


def traced(table: Columns) -> tuple[Columns, str | None]:
    """The rows of those keys whose values tell which change left them, and why others do not, if so."""
    elsewhere: Bools = np.fromiter(
        (key in table.keys_elsewhere for key in table.keys), np.bool_, len(table.keys)
    )
    elsewhere[table.key_of_cell[(table.writers > 1) & ~table.absent]] = True
    return table.only(~elsewhere[table.key]), untraceable(table)


def untraceable(table: Columns) -> str | None:
    """Why the values of this history do not tell which change left them; None when they do."""
    twice = np.flatnonzero((table.writers > 1) & ~table.absent)
    if table.keys_of_several:
        return several_values(min(map(str, table.keys_of_several)))
    if table.keys_elsewhere:
        return f"key {next(iter(table.keys_elsewhere))} is more than a register of reads, writes and deletes"
    if len(twice):
        first, second = table.operations_at(table.writes & (table.cell == twice[0]))[:2]
        return (
            f"operations {first.index} and {second.index} both write {shown(first.value)} to {first.key}, "
            "so a value cannot be traced to its write"
        )
    return None


def several_values(key: str) -> str:
    """Why a key with siblings is not judged by time."""
    return f"a read of {key} returned several values, and time does not tell which of them replaced which"


def orphans(table: Columns) -> Bools:
    """The reads that returned what nobody had begun to write by then."""
    begun = np.full(len(table.key_of_cell), FOREVER, dtype=np.int64)
    begun[table.cell[table.writes]] = table.begin[table.writes]
    begun[table.absent] = BEFORE
    rows: Bools = table.end < begun[table.cell]
    return rows


def unwritten(history: History, table: Columns) -> str | None:
    """Why some read proves nothing: it returned what nobody had begun to write; None when all do."""
    rows = orphans(table)
    if not rows.any():
        return None
    read = table.operation(int(np.argmax(rows)))
    whence = unsourced(failed_writes(history, read), "which nobody had written by then")
    return f"read {read.index} of {read.key} returned {shown(read.value)}, {whence}"
