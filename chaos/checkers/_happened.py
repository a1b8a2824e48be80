"""What must have happened before what, for one session to have seen what it saw.

Every write that the session knows has a past: for each line (what one process writes for one session) the
last write that comes before it. At first that is what its writer knew. Then the session's reads are gone
through: a write of the key that is in the past of a read comes before the write that it returned, and takes
its own past along; that may put more into the past of other reads, so this goes on until nothing is new
("HB" of Bouajjani et al.).
"""

from collections.abc import Iterator

import numpy as np

from chaos.checkers._columns import FOREVER
from chaos.checkers._conflicts import Conflicts
from chaos.checkers._pasts import NONE
from chaos.checkers._words import did, saw, sentence, witness_of
from chaos.history.table import Ints
from chaos.judging.verdict import Witness


class TooLongError(Exception):
    """The work was given up; nothing is known."""


def suspicious(conflicts: Conflicts) -> Iterator[int]:
    """The last reads of those sessions that decided anything; only they can have decided it wrongly."""
    table = conflicts.table
    for session in np.unique(table.session[conflicts.read]):
        reads = np.flatnonzero((table.session == session) & ~table.writes & (table.end < FOREVER))
        yield from reads[table.end[reads] > table.begin[reads].max()].tolist()


class Session:
    """What the session of the read `last` knew by then, and what follows from it.

    `budget` is how many numbers may still be compared.
    """

    def __init__(self, conflicts: Conflicts, last: int, budget: int) -> None:
        table, pasts = conflicts.table, conflicts.pasts
        self._conflicts, self.budget = conflicts, budget
        earlier = (table.session == table.session[last]) & ~table.writes & (table.end < table.begin[last])
        self._reads = [*np.flatnonzero(earlier).tolist(), last]
        self._lines = pasts.lines
        self._begins = [table.begin[line] for line in self._lines]
        known = np.maximum(pasts.of(np.array([last]))[0], self._past_of_source(last))
        self._writes = np.concatenate(
            [
                line[begins <= upto]
                for line, begins, upto in zip(self._lines, self._begins, known, strict=True)
            ]
        )
        self._row = {int(write): at for at, write in enumerate(self._writes)}
        self._past = pasts.of(self._writes)
        self._edges: list[tuple[int, int, int]] = []
        deletes = np.flatnonzero(table.writes & table.absent[table.cell])
        self._deleted = set(table.key[deletes].tolist())
        counts = [int((b <= upto).sum()) for b, upto in zip(self._begins, known, strict=True)]
        self._offsets = np.cumsum([0, *counts])[:-1]

    def breach(self) -> Witness | None:
        """Why no order of what the session knows explains all its reads; None when one does."""
        while self._went_on():
            for first, second, read in self._edges:
                if self._comes_before(second, first):
                    return self._contradiction(first, second, read)
        return None if self._unseen is None else self._late(*self._unseen)

    _unseen: tuple[int, int] | None = None  # a read of nothing, and a write that comes before it

    def _went_on(self) -> bool:
        """One round over the reads; False when there was nothing new, or there is a write before nothing."""
        fresh = [edge for read in self._reads for edge in self._new_edges(read)]
        if self._unseen is not None or not fresh:
            return False
        for first, second, _ in fresh:
            at = self._row[second]
            self._past[at] = np.maximum(self._past[at], self._past[self._row[first]])
        self._edges += fresh
        self._spread()
        return True

    def _new_edges(self, read: int) -> list[tuple[int, int, int]]:
        table = self._conflicts.table
        source, key = int(self._conflicts.ages.change[read]), int(table.key[read])
        if source == NONE and key in self._deleted:
            return []
        edges = []
        for line, upto in zip(self._lines, self._past_of(read), strict=True):
            begun = line[(table.key[line] == key) & (table.begin[line] <= upto)]
            if not len(begun) or begun[-1] == source:
                continue
            if source == NONE:
                self._unseen = self._unseen or (read, int(begun[-1]))
            elif not self._comes_before(int(begun[-1]), source):
                edges.append((int(begun[-1]), source, read))
        return edges

    def _past_of(self, read: int) -> Ints:
        """All that comes before this read, line by line."""
        upto = np.maximum(self._conflicts.pasts.of(np.array([read]))[0], self._past_of_source(read))
        rows = [row for number, begin in enumerate(upto) if (row := self._last(number, begin)) is not None]
        past: Ints = np.maximum.reduce([upto, *(self._past[row] for row in rows)])
        return past

    def _past_of_source(self, read: int) -> Ints:
        source = int(self._conflicts.ages.change[read])
        pasts = self._conflicts.pasts
        of_read = pasts.of(np.array([read]))[0]
        past: Ints = of_read if source == NONE else pasts.of(np.array([source]))[0]
        return past

    def _last(self, number: int, begin: int) -> int | None:
        """The place of a line's last write that began by then; None when there is none."""
        at = int(np.searchsorted(self._begins[number], begin, side="right")) - 1
        return None if at < 0 else self._row[int(self._lines[number][at])]

    def _comes_before(self, first: int, second: int) -> bool:
        line = int(self._conflicts.pasts.line_of(np.array([first]))[0])
        return bool(self._past[self._row[second], line] >= self._conflicts.table.begin[first])

    def _spread(self) -> None:
        """Whatever comes before a write comes before all that it comes before. Raises `TooLongError`."""
        while True:
            self.budget -= self._past.size * len(self._lines)
            if self.budget < 0:
                raise TooLongError("working out what each session knew took too long, and was given up")
            before = self._past.copy()
            for number, (begins, offset) in enumerate(zip(self._begins, self._offsets, strict=True)):
                at = np.searchsorted(begins, self._past[:, number], side="right") - 1
                rows = np.flatnonzero(at >= 0)
                self._past[rows] = np.maximum(self._past[rows], self._past[offset + at[rows]])
            if (before == self._past).all():
                return

    def _contradiction(self, first: int, second: int, read: int) -> Witness:
        table = self._conflicts.table
        look, before, after = table.operation(read), table.operation(first), table.operation(second)
        turned = next((edge for edge in self._edges if edge[:2] == (second, first)), None)
        other = "" if turned is None else f"; but {saw(table.operation(turned[2]))}, which says the opposite"
        reads = [look] if turned is None else [look, table.operation(turned[2])]
        text = (
            f"{saw(look)}, knowing that {did(before)}: for this session that is before {did(after)}{other}; "
            f"no one order of the writes explains what session {self._name(read)} saw"
        )
        return witness_of(sentence(text), before, after, *reads)

    def _late(self, read: int, write: int) -> Witness:
        table = self._conflicts.table
        look, before = table.operation(read), table.operation(write)
        decided = [table.operation(row) for edge in self._edges for row in edge]
        text = f"{saw(look)}; but by what session {self._name(read)} saw otherwise, {did(before)} before that"
        return witness_of(sentence(text), look, before, *decided)

    def _name(self, read: int) -> str:
        operation = self._conflicts.table.operation(read)
        return operation.session or f"of process {operation.process}"
