"""A history of registers as columns, so that a million operations are judged in sweeps over arrays.

One row for each operation that may have had an effect or returned something, in order of invocation.
Every pair of a key and a value that occurs is a *cell* with a number of its own: a write fills its cell,
a read looks into one, and the arrays compare small integers instead of values. The absent value (null)
is a cell like any other; a delete fills it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from chaos.history import Key, Operation, canonical

Ints: TypeAlias = npt.NDArray[np.int64]
Bools: TypeAlias = npt.NDArray[np.bool_]

FOREVER = np.iinfo(np.int64).max  # the end of an operation in doubt
BEFORE = -1  # the time of the imaginary write that left every key absent


@dataclass(frozen=True)
class Columns:
    """Reads, writes and deletes of registers; `begin` and `end` are indexes of events.

    `key` numbers the `keys`, `cell` the pairs of key and value, `session` the sessions (processes where
    none is named). `key_of_cell` tells each cell's key, `absent` which cells are those of null, and
    `keys_elsewhere` which keys have other operations too (cas, add …), which are not among the rows.
    """

    operations: Sequence[Operation]
    begin: Ints
    end: Ints
    writes: Bools
    key: Ints
    cell: Ints
    session: Ints
    keys: Sequence[Key]
    key_of_cell: Ints
    absent: Bools
    keys_elsewhere: frozenset[Key]

    def operations_at(self, rows: Bools) -> list[Operation]:
        """The operations of the rows that are true."""
        return [self.operations[int(row)] for row in np.flatnonzero(rows)]

    @cached_property
    def writers(self) -> Ints:
        """How many changes leave each cell's value; the beginning counts as one for null."""
        return np.bincount(self.cell[self.writes], minlength=len(self.key_of_cell)) + self.absent

    @cached_property
    def deletes_of(self) -> dict[int, Ints]:
        """The rows of deletes, for each key that has any."""
        rows = np.flatnonzero(self.writes & self.absent[self.cell])
        keys = self.key[rows]
        return {int(key): rows[keys == key] for key in np.unique(keys)}

    @cached_property
    def traceable(self) -> Bools:
        """For each key: is there at most one change that can have left each of its values?"""
        traceable = np.ones(len(self.keys), dtype=np.bool_)
        traceable[self.key_of_cell[self.writers > 1]] = False
        return traceable


def columns(operations: Iterable[Operation]) -> Columns:
    """The rows of these operations, without those that failed and reads in doubt."""
    kept = [operation for operation in operations if _matters(operation)]
    rows = [operation for operation in kept if operation.f in ("read", "write", "delete")]
    elsewhere = frozenset(
        op.key for op in kept if op.key is not None and op.f not in ("read", "write", "delete")
    )
    keys: dict[Key, int] = {}
    cells: dict[tuple[int, Any], int] = {}
    sessions: dict[str | int, int] = {}
    key = [keys.setdefault(row.key, len(keys)) for row in rows if row.key is not None]
    values = [token(None if row.f == "delete" else row.value) for row in rows]
    cell = [cells.setdefault(pair, len(cells)) for pair in zip(key, values, strict=True)]
    return Columns(
        operations=rows,
        begin=_ints([row.index for row in rows]),
        end=_ints([_end(row) for row in rows]),
        writes=np.array([row.f != "read" for row in rows], dtype=np.bool_),
        key=_ints(key),
        cell=_ints(cell),
        session=_ints([sessions.setdefault(session_of(row), len(sessions)) for row in rows]),
        keys=tuple(keys),
        key_of_cell=_ints([of for of, _ in cells]),
        absent=np.array([value == ABSENT for _, value in cells], dtype=np.bool_),
        keys_elsewhere=elsewhere,
    )


def token(value: object) -> object:
    """Something hashable that is equal exactly for equal values (1, true and 1.0 differ)."""
    return value if type(value) in (int, str) else canonical(value)


ABSENT = token(None)


def session_of(operation: Operation) -> str | int:
    """Whose operation it is: the session named, else the process."""
    return operation.process if operation.session is None else operation.session


def _matters(operation: Operation) -> bool:
    if operation.key is None or operation.outcome == "fail":
        return False
    return operation.f != "read" or operation.outcome == "ok"


def _end(operation: Operation) -> int:
    if operation.outcome == "info" or operation.completed_index is None:
        return FOREVER
    return operation.completed_index


def _ints(values: Sequence[int]) -> Ints:
    return np.array(values, dtype=np.int64)
