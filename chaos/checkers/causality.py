"""An effect is seen without its cause: an answer without its question, an update without its insert.

What comes before what (Lamport 1978, Ahamad et al. 1995): the operations of a session in their order,
the write before every read that returns it, and whatever follows from these. A read breaks causality
when it returns a value, or nothing, although a change of that key which came after that value comes
before the read. For histories with unique values this and reads from nowhere are all that can go wrong
(the bad patterns of causal consistency, Bouajjani et al. 2017, of which this is "WriteCORead" and
"WriteCOInitRead"), so no clock and no order of versions is assumed.

Assumed, else unknown: registers of reads, writes and deletes, no value written twice to one key, every
value read was written before. What a session did counts once it was over. A history of so many processes
that what each of them knew does not fit into memory is unknown, too.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from chaos.checkers._ages import Ages, ages, untraceable, unwritten
from chaos.checkers._columns import Columns, columns
from chaos.checkers._pasts import NONE, Pasts, TooManyError
from chaos.checkers._suspects import suspects
from chaos.checkers._words import did, saw, sentence, witness_of
from chaos.history import History
from chaos.verdict import Finding, Witness, found, not_found, unknown

NAME = "causality"


def check(history: History) -> Finding:
    """Found with one witness for each read without a cause."""
    table = columns(history)
    reason = untraceable(table) or unwritten(table)
    if reason:
        return unknown(NAME, reason)
    of_rows = ages(table)
    asked = np.flatnonzero(suspects(table, of_rows))
    if not len(asked):
        return not_found(NAME)
    try:
        evidence = _Evidence(table, of_rows, Pasts(table, of_rows, asked))
    except TooManyError as error:
        return unknown(NAME, str(error))
    count = len(evidence.causes)
    return found(NAME, count, map(evidence.witness, evidence.causes)) if count else not_found(NAME)


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
        sight = self._sight(row, cause)
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

    def _sight(self, row: int, cause: int) -> int | None:
        """The first read of the session by which it came to know the cause; None when it is its own."""
        table = self.table
        earlier = (table.session == table.session[row]) & (table.end < table.begin[row])
        sights = np.flatnonzero(earlier & ~table.writes & (self.ages.change >= 0))
        knowing = sights[self.pasts.knows(self.ages.change[sights], np.full_like(sights, cause))]
        return int(knowing[np.argmin(table.end[knowing])]) if len(knowing) else None
