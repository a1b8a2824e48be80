"""A replica shows a session's later write, and afterwards a state older than the session's earlier one.

Monotonic writes (Terry et al. 1994): every replica applies the writes of a session in their order. Two
writes are in order when the first was acknowledged before the second began; they may be of two keys.

Assumed, else unknown: registers of reads, writes and deletes, no value written twice to one key, every
value read was written before, and every read names the replica that answered. How two reads prove what
a replica did stands in `_replicas.py`.
"""

import numpy as np

from chaos.checkers._ages import Ages
from chaos.checkers._columns import FOREVER, Columns
from chaos.checkers._replicas import Knowledge, judge
from chaos.history import History
from chaos.judging.verdict import Finding

NAME = "monotonic-write"


def check(history: History) -> Finding:
    """Found with one witness for each read that lacks a session's earlier write."""
    return judge(NAME, history, _own_writes)


def _own_writes(table: Columns, _: Ages) -> Knowledge:
    changes = np.flatnonzero(table.writes & (table.end < FOREVER))
    return Knowledge(table.session[changes], table.end[changes], changes)
