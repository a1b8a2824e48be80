"""Is a register with unique values linearizable? By the zones of its values (Gibbons and Korach 1997).

A value's *cluster* is the write of it and all reads of it. Its *zone* lies between the first end and the
last beginning of these. When the first end comes first, the zone is *forward*: all through it the
register must have held this value. Otherwise it is *backward*: at some moment in it the register held
this value. The history is linearizable exactly when no read ends before its write begins, no two forward
zones overlap, and no backward zone lies within a forward one (Testing Shared Memories, section 4.2).

Pending writes end at infinity; the cluster of one that nobody read has no end and is dropped.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from chaos.checkers._columns import BEFORE, FOREVER, Columns
from chaos.history.table import Bools, Ints


@dataclass(frozen=True)
class Zones:
    """For each cell, where its zone lies, and when its write began (FOREVER: nobody wrote it)."""

    first_end: Ints
    last_begin: Ints
    write_begin: Ints

    @property
    def forward(self) -> Bools:
        """Whether the value was held all through its zone."""
        return self.first_end < self.last_begin


@dataclass(frozen=True)
class Collision:
    """Two cells of one key whose zones exclude each other; `within`: the second lies in the first."""

    cell: int
    other: int
    within: bool


def zones(columns: Columns) -> Zones:
    """The zone of every cell."""
    cells = len(columns.key_of_cell)
    first_end = np.full(cells, FOREVER, dtype=np.int64)
    last_begin = np.full(cells, BEFORE, dtype=np.int64)
    write_begin = np.full(cells, FOREVER, dtype=np.int64)
    np.minimum.at(first_end, columns.cell, columns.end)
    np.maximum.at(last_begin, columns.cell, columns.begin)
    write_begin[columns.cell[columns.writes]] = columns.begin[columns.writes]
    first_end[columns.absent] = BEFORE
    write_begin[columns.absent] = BEFORE
    return Zones(first_end, last_begin, write_begin)


def early_reads(columns: Columns, zones: Zones) -> Ints:
    """The rows of reads that ended before anybody had begun to write what they returned."""
    return np.flatnonzero(columns.end < zones.write_begin[columns.cell])


def collisions(columns: Columns, zones: Zones) -> Iterator[Collision]:
    """One or two pairs for each key that has any, as far as its values are traceable."""
    judged = columns.traceable[columns.key_of_cell] & (zones.first_end < FOREVER)
    base = columns.key_of_cell * _span(columns) - BEFORE  # the keys one after the other on one axis
    forward = np.flatnonzero(judged & zones.forward)
    forward = forward[np.argsort(base[forward] + zones.first_end[forward])]
    lows, highs = base[forward] + zones.first_end[forward], base[forward] + zones.last_begin[forward]
    for at in _first_of_keys(columns, forward, np.flatnonzero(highs[:-1] > lows[1:])):
        yield Collision(int(forward[at]), int(forward[at + 1]), within=False)
    if not len(forward):
        return
    backward = np.flatnonzero(judged & ~zones.forward)
    begun = np.searchsorted(lows, base[backward] + zones.last_begin[backward]) - 1
    enclosed = (begun >= 0) & (highs[begun] > base[backward] + zones.first_end[backward])
    for at in _first_of_keys(columns, backward, np.flatnonzero(enclosed)):
        yield Collision(int(forward[begun[at]]), int(backward[at]), within=True)


def _first_of_keys(columns: Columns, cells: Ints, places: Ints) -> Ints:
    """Of these places in `cells` the first of each key: one witness is enough."""
    _, first = np.unique(columns.key_of_cell[cells[places]], return_index=True)
    return places[first]


def _span(columns: Columns) -> int:
    """More than any index of an event that is there."""
    ends = columns.end[columns.end < FOREVER]
    return int(max(ends.max(initial=0), columns.begin.max(initial=0))) + 2
