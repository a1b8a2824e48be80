"""A history of registers as columns, so that a million operations are judged in sweeps over arrays.

One row for each operation that may have had an effect or returned something, in order of invocation.
Every pair of a key and a value that occurs is a *cell* with a number of its own: a write fills its cell,
a read looks into one, and the arrays compare small integers instead of values. The absent value (null)
is a cell like any other; a delete fills it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from chaos.checkers._consumers import CONSUMERS
from chaos.checkers._parts import JOINED_BY
from chaos.checkers._undone import EPOCHS
from chaos.history import History, Key, Operation
from chaos.history.table import FAIL, INFO, OK, OPEN, Bools, Ints, Table

FOREVER = np.iinfo(np.int64).max  # the end of an operation in doubt
BEFORE = -1  # the time of the imaginary write that left every key absent
NOBODY = -1  # the replica of an answer that names none
REGISTER = frozenset({"read", "write", "delete"})


@dataclass(frozen=True)
class Columns:
    """Reads, writes and deletes of registers; `begin` and `end` are indexes of events.

    `key` numbers the `keys`, `cell` the pairs of key and value, `session` the sessions (processes where
    none is named), `line` what one process did for one session, `replica` the pairs of who answered and
    in which epoch. `key_of_cell` tells each cell's key, `absent` which cells are those of null, and
    `keys_elsewhere` which keys have other operations too (cas, add …), which are not among the rows; of
    `keys_of_several` a read returned more than one value, or one that a server made of several: what a value
    replaced is then not for time to say.
    `operation` makes the operation of a row.
    """

    operation: Callable[[int], Operation]
    begin: Ints
    end: Ints
    writes: Bools
    key: Ints
    cell: Ints
    session: Ints
    line: Ints
    replica: Ints
    keys: Sequence[Key]
    key_of_cell: Ints
    absent: Bools
    keys_elsewhere: frozenset[Key]
    keys_of_several: frozenset[Key]

    def operations_at(self, rows: Bools) -> list[Operation]:
        """The operations of the rows that are true."""
        return [self.operation(int(row)) for row in np.flatnonzero(rows)]

    def only(self, rows: Bools) -> "Columns":
        """A part of the rows; the numbers of keys, cells and sessions stay as they are."""
        if rows.all():
            return self
        numbers = np.flatnonzero(rows)
        names = ("begin", "end", "writes", "key", "cell", "session", "line", "replica")
        columns = {name: getattr(self, name)[numbers] for name in names}
        return replace(self, operation=lambda row: self.operation(int(numbers[row])), **columns)

    @cached_property
    def writers(self) -> Ints:
        """How many changes leave each cell's value; the beginning counts as one for null."""
        writers = np.bincount(self.cell[self.writes], minlength=len(self.key_of_cell))
        return writers + self.absent

    @cached_property
    def traceable(self) -> Bools:
        """For each key: is there at most one change that can have left each of its values?"""
        traceable = np.ones(len(self.keys), dtype=np.bool_)
        traceable[self.key_of_cell[self.writers > 1]] = False
        return traceable


def columns(history: History) -> Columns:
    """The rows of a history, without final reads, what failed, and reads in doubt."""
    return history.once(_columns)


def _columns(history: History) -> Columns:
    table, begun, ended = history.table, history.begun, history.ended
    outcome = np.where(ended == OPEN, INFO, table.kind[ended])
    reads = table.f.where(lambda f: f == "read")[begun]
    kept = (outcome != FAIL) & (~reads | (outcome == OK))
    kept &= ~table.key.where(_is_no_clients)[begun] & ~table.final.where(bool)[begun]
    registers = table.f.where(REGISTER.__contains__)[begun]
    numbers = np.flatnonzero(kept & registers)
    begin, end = begun[numbers], ended[numbers]
    key, key_codes = _renumbered(table.key.codes[begin])
    value, null = _values(history, numbers, outcome)
    cell, cells = _renumbered(key * (null + 1) + value)
    session, line = _sessions(table, begin)
    swaps = table.f.where(lambda f: f == "cas")[begun]  # which have no effect when they fail
    keyed = ~table.key.where(_is_no_clients)[begun] & ~table.final.where(bool)[begun]
    foreign = keyed & ~registers & ~(swaps & (outcome == FAIL))
    several = _of_several(history, numbers, value, null)
    elsewhere = np.unique(np.concatenate((table.key.codes[begun[foreign]], several)))
    return Columns(
        operation=lambda row: history.operation(int(numbers[row])),
        begin=begin,
        end=np.where(outcome[numbers] == OK, end, FOREVER),
        writes=~reads[numbers],
        key=key,
        cell=cell,
        session=session,
        line=line,
        replica=_replicas(table, end),
        keys=_names(table, key_codes),
        key_of_cell=cells // (null + 1),
        absent=cells % (null + 1) == null,
        keys_elsewhere=frozenset(_names(table, elsewhere)),
        keys_of_several=frozenset(_names(table, several)),
    )


def _of_several(history: History, numbers: Ints, value: Ints, null: int) -> Ints:
    """The codes of the keys that were read with siblings, or, where writes say `saw`, as a merged value."""
    table, begin = history.table, history.begun[numbers]
    several = table.key.codes[table.siblings[~table.final.where(bool)[table.siblings]]]
    if not len(table.saw):
        return np.unique(several)
    reads = table.f.where(lambda f: f == "read")[begin] & np.isin(
        table.key.codes[begin], table.key.codes[table.saw]
    )
    unwritten = reads & (value != null) & ~np.isin(value, value[~reads])
    merged = [row for row in np.flatnonzero(unwritten).tolist() if _is_merged(table.value.names[value[row]])]
    return np.unique(np.concatenate((several, table.key.codes[begin[merged]])))


def _is_merged(token: object) -> bool:
    """Whether such a value, as the table has it, may be one made of several."""
    return token[:1] == b"[" if isinstance(token, bytes) else isinstance(token, str) and JOINED_BY in token


def _is_no_clients(key: Key | None) -> bool:
    """Whether no register is meant: no key is named, or what is asked is what a consumer or a log is like."""
    return key is None or str(key).startswith((*CONSUMERS, EPOCHS))


def _renumbered(codes: Ints) -> tuple[Ints, Ints]:
    """The same numbers without gaps, and for each of these the old one."""
    old, new = np.unique(codes, return_inverse=True)
    return new.astype(np.int64), old


def _values(history: History, numbers: Ints, outcome: Ints) -> tuple[Ints, int]:
    """The code of what each operation read or left, as `Operation.value` has it, and the code of null."""
    table, begin, end = history.table, history.begun[numbers], history.ended[numbers]
    null = len(table.value.names)
    codes = np.where(table.value.where(lambda value: value is None), null, table.value.codes)
    reads = table.f.where(lambda f: f == "read")[begin]
    answered = (outcome[numbers] == OK) & (reads | (codes[end] != null))
    value = np.where(answered, codes[end], codes[begin])
    value[table.f.where(lambda f: f == "delete")[begin]] = null
    return value, null


def _sessions(table: Table, begin: Ints) -> tuple[Ints, Ints]:
    """Whose operation it is: the session named, else the process; and by which process."""
    process = table.process.codes[begin]
    unnamed = table.session.where(lambda session: session is None)[begin]
    session = np.where(unnamed, process + len(table.session.names), table.session.codes[begin])
    line = session * len(table.process.names) + process
    return _renumbered(session)[0], _renumbered(line)[0]


def _replicas(table: Table, end: Ints) -> Ints:
    unnamed = table.node.where(lambda node: node is None)[end]
    replica = table.node.codes[end] * len(table.epoch.names) + table.epoch.codes[end]
    return np.where(unnamed, NOBODY, replica)


def _names(table: Table, codes: Ints) -> tuple[Key, ...]:
    names = (table.key.names[code] for code in codes)
    return tuple(name for name in names if name is not None)
