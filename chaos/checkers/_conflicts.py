"""Which order must two writes have, if a reader that knew the one was shown the other?

A reader that knows write a and reads the value of write b, of the same key, was shown b as the newer one: a
comes before b. If neither writer knew of the other's write, this is new: a *conflict* that was decided (the
relation "CF" of Bouajjani et al. 2017). Of each process's writes only the last that a reader knows matters,
because earlier ones come before it anyway. A read of nothing decides nothing here; `causality` judges it.
"""

from dataclasses import dataclass

import numpy as np

from chaos.checkers._ages import Ages, ages, traced
from chaos.checkers._columns import FOREVER, Columns, columns
from chaos.checkers._pasts import NONE, Pasts
from chaos.checkers._zones import collisions, early_reads, zones
from chaos.history import History
from chaos.history.table import Ints


@dataclass(frozen=True)
class Conflicts:
    """Row by row: `read` knew `first` and was shown `second`, which is concurrent with it."""

    table: Columns
    ages: Ages
    pasts: Pasts
    first: Ints
    second: Ints
    read: Ints

    @classmethod
    def of(cls, history: History) -> "Conflicts":
        """All of a history, as far as its values can be traced. Raises `TooManyError`."""
        table, _ = traced(columns(history))
        of_rows = ages(table)
        reads = np.flatnonzero(~table.writes & (table.end < FOREVER))
        pasts = Pasts(table, of_rows, reads)
        shown = reads[of_rows.change[reads] != NONE]
        source = of_rows.change[shown]
        found = [np.zeros((3, 0), dtype=np.int64)]
        for last in pasts.last_known(shown):
            told = np.flatnonzero((last != NONE) & (last != source))
            told = told[~pasts.knows(source[told], last[told])]
            told = told[~pasts.knows(last[told], source[told])]
            found.append(np.stack((last[told], source[told], shown[told])))
        return cls(table, of_rows, pasts, *np.concatenate(found, axis=1))


def is_linearizable(history: History) -> bool:
    """Whether zones say so of every key: then no weaker guarantee can be broken, and nobody has to look."""
    table = columns(history)
    of_values = zones(table)
    if table.keys_elsewhere or not table.traceable.all() or len(early_reads(table, of_values)):
        return False
    return next(collisions(table, of_values), None) is None
