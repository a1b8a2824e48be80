"""What comes before what (Lamport 1978), for histories of registers: who knew which change when.

A *line* is what one process writes for one session, one thing after the other. Whoever knows a change knows
all that its line wrote before, and whatever its session knew when the change began. So a *past* is one
number for each line: the last change of it that is known (vector clocks: Fidge, Mattern 1988). Pasts are
worked out event by event; what reads lack of them is then asked line by line, for all reads at once.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from chaos.checkers._ages import Ages
from chaos.checkers._columns import Columns
from chaos.history.table import Bools, Ints

NONE = -1  # no row; of a source: the beginning, when nothing was written
MOST = 2**28  # numbers in all pasts together, which is two gigabytes


class TooManyError(Exception):
    """The pasts of all changes do not fit into memory."""


@dataclass(frozen=True)
class Pairs:
    """For each of the `reads` (rows, maybe several times) one of its possible `sources` (rows, or NONE)."""

    reads: Ints
    sources: Ints


class Pasts:
    """The pasts of all changes, and of the `asked` reads (rows) when they began. Raises `TooManyError`."""

    def __init__(self, table: Columns, ages: Ages, asked: Ints) -> None:
        self._table, self._ages, self._asked = table, ages, asked
        self._changes = np.flatnonzero(table.writes)
        lines, of_change = np.unique(table.line[self._changes], return_inverse=True)
        self._line = np.full(len(table.begin), NONE, dtype=np.int64)
        self._line[self._changes] = of_change
        self._slot = np.full(len(table.begin), NONE, dtype=np.int64)  # where a row's past is kept
        kept = np.concatenate((self._changes, asked))
        self._slot[kept] = np.arange(len(kept))
        self._sessions = int(table.session.max(initial=-1)) + 1
        if (len(kept) + self._sessions) * len(lines) > MOST:
            raise TooManyError(f"{len(kept)} operations and {len(lines)} writing processes are too many")
        self._pasts = np.full((len(kept), len(lines)), NONE, dtype=np.int64)
        self._fill()

    def _fill(self) -> None:
        """Event by event: what a session knows, kept where something begins."""
        line, slot, source = self._line.tolist(), self._slot.tolist(), self._ages.change.tolist()
        session, begin = self._table.session.tolist(), self._table.begin.tolist()
        writes = self._table.writes.tolist()
        known = np.full((self._sessions, self._pasts.shape[1]), NONE, dtype=np.int64)
        for row, ended in self._events():
            past = known[session[row]]
            if not ended:
                if slot[row] != NONE:
                    self._pasts[slot[row]] = past
                if writes[row]:
                    self._pasts[slot[row], line[row]] = begin[row]
            elif writes[row]:
                past[line[row]] = begin[row]
            elif source[row] != NONE and past[line[source[row]]] < begin[source[row]]:
                np.maximum(past, self._pasts[slot[source[row]]], out=past)

    def _events(self) -> Iterator[tuple[int, bool]]:
        """Rows as they begin and (True) end, until all those asked have begun, and what they returned.

        A read may return a write that began after the read did.
        """
        table = self._table
        sources = self._ages.change[self._asked]
        last = table.begin[np.concatenate((self._asked, sources[sources != NONE]))].max(initial=0)
        begun, over = np.flatnonzero(table.begin <= last), np.flatnonzero(table.end <= last)
        order = np.argsort(np.concatenate((table.begin[begun], table.end[over])))
        rows, ended = np.concatenate((begun, over))[order], order >= len(begun)
        return zip(rows.tolist(), ended.tolist(), strict=True)

    def knows(self, rows: Ints, changes: Ints) -> Bools:
        """Does each row (a change, or one asked) know the change beside it, or is it the same?"""
        past = self._pasts[self._slot[rows], self._line[changes]]
        known: Bools = past >= self._table.begin[changes]
        return known

    def last_known(self, reads: Ints) -> Iterator[Ints]:
        """For each line the last change of each read's key that the read (one asked for) knows; else NONE."""
        for number, line in enumerate(self._by_line):
            yield self._last(line, reads, self._pasts[self._slot[reads], number] + 1)

    def of(self, rows: Ints) -> Ints:
        """The pasts of these rows (changes, or those asked), a column for each line."""
        return self._pasts[self._slot[rows]]

    @property
    def lines(self) -> list[Ints]:
        """The changes of each line, in order of time."""
        return [np.sort(line) for line in self._by_line]

    def line_of(self, changes: Ints) -> Ints:
        """The number of each change's line."""
        return self._line[changes]

    def sight(self, row: int, cause: int) -> int | None:
        """The first read of the session by which it came to know the cause; None when it is its own."""
        table = self._table
        earlier = (table.session == table.session[row]) & (table.end < table.begin[row])
        sights = np.flatnonzero(earlier & ~table.writes & (self._ages.change >= 0))
        knowing = sights[self.knows(self._ages.change[sights], np.full_like(sights, cause))]
        return int(knowing[np.argmin(table.end[knowing])]) if len(knowing) else None

    def sources(self) -> Pairs:
        """What each read asked for may have seen: of each line's deletes only the last that it may."""
        table, asked = self._table, self._asked
        nothing = asked[table.absent[table.cell[asked]]]
        seen = asked[~table.absent[table.cell[asked]]]
        reads, sources = [seen, nothing], [self._ages.change[seen], np.full_like(nothing, NONE)]
        for line in self._by_line:
            deletes = line[table.absent[table.cell[line]]]
            last = self._last(deletes, nothing, table.end[nothing])
            reads.append(nothing[last != NONE])
            sources.append(last[last != NONE])
        return Pairs(np.concatenate(reads), np.concatenate(sources))

    def successors(self, pairs: Pairs) -> Ints:
        """For each pair a change of the key, known to the read, that came after the source; else NONE."""
        found = np.full(len(pairs.reads), NONE, dtype=np.int64)
        for number, line in enumerate(self._by_line):
            left = np.flatnonzero(found == NONE)
            reads, sources = pairs.reads[left], pairs.sources[left]
            last = self._last(line, reads, self._pasts[self._slot[reads], number] + 1)
            after = (last != NONE) & (last != sources)
            told = np.flatnonzero(after & (sources != NONE))
            after[told] = self.knows(last[told], sources[told])
            found[left[after]] = last[after]
        return found

    @cached_property
    def _by_line(self) -> list[Ints]:
        """The changes of each line, ordered by key and then by time."""
        table, changes = self._table, self._changes
        ordered = changes[np.lexsort((table.begin[changes], table.key[changes], self._line[changes]))]
        return np.split(ordered, np.flatnonzero(np.diff(self._line[ordered])) + 1) if len(ordered) else []

    def _last(self, line: Ints, reads: Ints, moments: Ints) -> Ints:
        """The last change in `line` of each read's key that was begun before its moment; else NONE."""
        if not len(line):
            return np.full(len(reads), NONE, dtype=np.int64)
        table = self._table
        span = int(table.begin[-1]) + 2
        places = table.key[line] * span + table.begin[line]
        at = np.searchsorted(places, table.key[reads] * span + np.minimum(moments, span - 1)) - 1
        return np.where((at >= 0) & (table.key[line[at]] == table.key[reads]), line[at], NONE)
