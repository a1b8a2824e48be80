"""A replica shows what a session wrote, and afterwards a state older than the session had read by then.

Writes follow reads (Terry et al. 1994): whoever sees a write that was made after reading something finds
that, too: no answer without its question, also when they are two keys.

Assumed, else unknown: as for `monotonic-write`.
"""

import numpy as np

from chaos.checkers._ages import Ages
from chaos.checkers._columns import Columns
from chaos.checkers._replicas import Knowledge, judge
from chaos.history import History
from chaos.judging.verdict import Finding

NAME = "writes-follow-reads"


def check(history: History) -> Finding:
    """Found with one witness for each read that lacks what a writer had read."""
    return judge(NAME, history, _reads)


def _reads(table: Columns, ages: Ages) -> Knowledge:
    reads = np.flatnonzero(~table.writes & (ages.change >= 0))
    return Knowledge(table.session[reads], table.end[reads], ages.change[reads])
