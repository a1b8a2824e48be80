"""A replica shows what a session wrote, and afterwards a state older than the session had read by then.

Writes follow reads (Terry et al. 1994): whoever sees a write that was made after reading something finds
that, too: no answer without its question, also when they are two keys.

Assumed, else unknown: as for `monotonic-write`.
"""

from collections.abc import Iterator

import numpy as np

from chaos.checkers._ages import Ages
from chaos.checkers._columns import Columns, session_of
from chaos.checkers._replicas import Known, Session, judge
from chaos.history import History
from chaos.verdict import Finding

NAME = "writes-follow-reads"


def check(history: History) -> Finding:
    """Found with one witness for each read that lacks what a writer had read."""
    return judge(NAME, history, _reads, session_of)


def _reads(table: Columns, ages: Ages) -> Iterator[tuple[Session, Known]]:
    for row in np.flatnonzero(~table.writes & (ages.change >= 0)):
        read, change = table.operations[int(row)], table.operations[int(ages.change[row])]
        yield session_of(read), Known(read.end, change)
