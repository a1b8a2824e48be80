"""A replica shows a write, and later a state older than a write that was over before the first one began.

Consistent prefix (Terry 2013): what a reader finds is some beginning of the sequence of all writes,
never a part with a gap. The sequence is known as far as writes do not overlap, whoever made them.

Assumed, else unknown: as for `monotonic-write`.
"""

import numpy as np

from chaos.checkers._ages import Ages
from chaos.checkers._columns import FOREVER, Columns
from chaos.checkers._replicas import Knowledge, judge
from chaos.history import History
from chaos.history.table import Ints
from chaos.judging.verdict import Finding

NAME = "consistent-prefix"


def check(history: History) -> Finding:
    """Found with one witness for each read that leaves a gap."""
    return judge(NAME, history, _all_writes, _everybody)


def _everybody(table: Columns) -> Ints:
    """All writes are in one sequence, as if one session had made them."""
    return np.zeros_like(table.session)


def _all_writes(table: Columns, _: Ages) -> Knowledge:
    changes = np.flatnonzero(table.writes & (table.end < FOREVER))
    return Knowledge(np.zeros_like(changes), table.end[changes], changes)
