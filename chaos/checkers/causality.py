"""An effect is seen without its cause: an answer without its question, an update without its insert.

What comes before what (Lamport 1978): the operations of a session in their order, a write before every read
that returns it, and whatever follows from these. A read breaks causality when it returns a value (or
nothing) although a later change of that key comes before the read, or when it returns a value that nobody
had begun to write. For histories with unique values that is
all that can go wrong with *causal consistency* (CC; the bad patterns of Bouajjani, Enea, Guerraoui, Hamza,
"On verifying causal consistency", 2017: "WriteCORead", "WriteCOInitRead" and "ThinAirRead"; "CyclicCO" would
need a read from the future). It assumes no clock and no order of versions. Two readers may see two concurrent
writes in opposite orders for ever: the stronger `causal-convergence` forbids that, and `causal-memory`
(Ahamad et al. 1995) judges what a single reader may see.

Assumed, else unknown: registers of reads, writes and deletes, no value written twice to one key. What a
session did counts once it was over. A history is also unknown if it has so many processes that what each of
them knew does not fit into memory.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TypeAlias

import numpy as np

from chaos.checkers._ages import Ages, ages, orphans, traced
from chaos.checkers._collisions import read_too_early
from chaos.checkers._columns import Columns, columns
from chaos.checkers._passing import READ, WRITE, passed
from chaos.checkers._pasts import NONE, Pasts, TooManyError
from chaos.checkers._suspects import suspects
from chaos.checkers._words import did, saw, sentence, witness_of
from chaos.history import History
from chaos.judging.verdict import Finding, Witness, found, unknown

NAME = "causality"
Telling: TypeAlias = Callable[[], Witness]


def check(history: History) -> Finding:
    """Found with one witness for each read without a cause."""
    breaches, reason = breaches_of(history)
    if breaches:
        return found(NAME, len(breaches), (tell() for _, tell in sorted(breaches.items())))
    return unknown(NAME, reason) if reason else passed(NAME, history.succeeded, READ, WRITE)


def breaches_of(history: History) -> tuple[dict[int, Telling], str | None]:
    """The reads without a cause, by row, and what to tell of each; and why others may be missed, if so."""
    table, reason = traced(columns(history))
    of_rows, thin_air = ages(table), orphans(table)
    breaches: dict[int, Telling] = {
        int(row): partial(read_too_early, history, table, int(row)) for row in np.flatnonzero(thin_air)
    }
    asked = np.flatnonzero(suspects(table, of_rows) & ~thin_air)
    if len(asked):
        try:
            evidence = _Evidence(table, of_rows, Pasts(table, of_rows, asked))
        except TooManyError as error:
            return breaches, reason or str(error)
        breaches |= {row: partial(evidence.witness, row) for row in evidence.causes}
    return breaches, reason


@dataclass(frozen=True)
class _Evidence:
    table: Columns
    ages: Ages
    pasts: Pasts

    @cached_property
    def causes(self) -> dict[int, int]:
        """For each read that lacks one (whatever it saw, something came after that) a row of a cause."""
        pairs = self.pasts.sources()
        successors = self.pasts.successors(pairs)
        lacking = np.setdiff1d(pairs.reads, pairs.reads[successors == NONE])
        reads, first = np.unique(pairs.reads, return_index=True)
        causes = successors[first[np.isin(reads, lacking)]]
        return dict(zip(lacking.tolist(), causes.tolist(), strict=True))

    def witness(self, row: int) -> Witness:
        """What the read lacks, and how its session knew."""
        cause = self.causes[row]
        table, read, lacked = self.table, self.table.operation(row), self.table.operation(cause)
        sight = self.pasts.sight(row, cause)
        if sight is None:
            text = f"{saw(read)}, although before that {did(lacked)} in the same session"
            return witness_of(sentence(text), lacked, read)
        effect, look = table.operation(self.ages.change[sight]), table.operation(sight)
        if effect.index == lacked.index:
            text = f"{saw(look)}; but then {saw(read)}, which comes before that"
            return witness_of(sentence(text), lacked, look, read)
        knew = f"which was written by somebody who knew that {did(lacked)}"
        text = f"{saw(look)}, {knew}; but then {saw(read)}, as if that had not been"
        return witness_of(sentence(text), lacked, effect, look, read)
