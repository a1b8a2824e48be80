"""A replica shows what a session wrote, and afterwards a state older than the session had read before.

Writes follow reads (Terry et al. 1994): a client that sees a write also finds what its writer had read before
it: no answer without its question, even if they are under two keys.

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
