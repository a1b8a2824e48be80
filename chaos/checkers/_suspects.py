"""Which reads may break a guarantee at all? Most can be cleared in one sweep.

A value is *surely there* from the first event that shows it: the end of its write, or of a read that
returns it. Whatever anybody knows of a change, they know it from then on. So when a guarantee is broken by
a read of value a although somebody knew of value b, then b was begun after a was surely there, and b was
surely there before the read began. A read for which there is no such b is as new as any order of things
asks for: it breaks none of the guarantees of sessions, of replicas, or of causality. (These are the zones
of Gibbons and Korach, looked at from one read: a linearizable history has no suspects.)
"""

import numpy as np

from chaos.checkers._ages import Ages
from chaos.checkers._columns import Columns
from chaos.checkers._moments import greatest_before
from chaos.checkers._zones import zones
from chaos.history.table import Bools


def suspects(table: Columns, ages: Ages) -> Bools:
    """The rows of the reads that are not cleared."""
    rows = np.flatnonzero(~table.writes)
    changes = np.flatnonzero(table.writes)
    first_end = zones(table).first_end
    there = np.where(
        table.absent[table.cell], table.end, first_end[table.cell]
    )  # nobody can tell deletes apart
    newest = greatest_before(
        table.key[changes], there[changes], table.begin[changes], table.key[rows], table.begin[rows]
    )
    seen = np.where(table.absent[table.cell], ages.until, there)
    suspected = np.zeros(len(table.begin), dtype=np.bool_)
    suspected[rows] = newest > seen[rows]
    return suspected
