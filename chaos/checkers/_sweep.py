"""One sweep over the events for all guarantees of the form "once that was known, nothing older is seen".

Rows of one group (a session's operations on one key, say) *tell* a state when they end and are *asked*
when they begin. Whoever is asked must not show a state older than the newest that was told before.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from chaos.checkers._ages import Ages, ages, untraceable, unwritten
from chaos.checkers._columns import BEFORE, FOREVER, Bools, Columns, Ints, columns
from chaos.history import History, Operation
from chaos.verdict import Finding, Witness, found, not_found, unknown


@dataclass(frozen=True)
class Regress:
    """`read` saw a state older than that which `told` had made known, and which `change` had left."""

    told: Operation
    change: Operation
    read: Operation


@dataclass(frozen=True)
class Guarantee:
    """Which rows tell, and which rows belong together; every read is asked."""

    name: str
    tells: Callable[[Columns], Bools]
    group: Callable[[Columns], Ints]
    witness: Callable[[Regress], Witness]


def judge(guarantee: Guarantee, history: History) -> Finding:
    """Found with the first reads that break the guarantee as witnesses."""
    table = columns(history.client_operations)
    reason = untraceable(table)
    if reason:
        return unknown(guarantee.name, reason)
    broken = list(regresses(guarantee, table, ages(table)))
    if broken:
        return found(guarantee.name, len(broken), map(guarantee.witness, broken))
    reason = unwritten(table)
    return unknown(guarantee.name, reason) if reason else not_found(guarantee.name)


def regresses(guarantee: Guarantee, table: Columns, of_rows: Ages) -> Iterator[Regress]:
    """The reads that break the guarantee."""
    group = guarantee.group(table)
    telling = np.flatnonzero(guarantee.tells(table) & (table.end < FOREVER) & (of_rows.since > BEFORE))
    asked = np.flatnonzero(~table.writes)
    newest = _newest_told(group, telling, asked, table, of_rows)
    broken = (newest >= 0) & (of_rows.until[asked] < of_rows.since[newest])
    for row, teller in zip(asked[broken], newest[broken], strict=True):
        change = table.operations[of_rows.change[teller]]
        yield Regress(table.operations[teller], change, table.operations[row])


def by_session_and_key(table: Columns) -> Ints:
    """The group of one session's operations on one key."""
    return table.session * len(table.keys) + table.key


def by_key(table: Columns) -> Ints:
    """The group of everybody's operations on one key."""
    return table.key


def _newest_told(group: Ints, telling: Ints, asked: Ints, table: Columns, of_rows: Ages) -> Ints:
    """For each row asked, the row of its group that told the newest state before; -1 for none."""
    rows = np.concatenate((telling, asked))
    moments = np.concatenate((table.end[telling], table.begin[asked]))
    order = np.argsort(group[rows] * (moments.max(initial=0) + 1) + moments)
    rank = np.full(len(rows), -1, dtype=np.int64)  # of the state told, by age; of nothing for those asked
    by_age = np.argsort(of_rows.since[telling], kind="stable")
    rank[by_age] = np.arange(len(telling))
    offset = group[rows[order]] * (len(telling) + 1)  # so that the maximum begins anew with each group
    newest = np.maximum.accumulate(rank[order] + 1 + offset) - offset - 1
    answer = np.empty(len(rows), dtype=np.int64)
    answer[order] = newest
    of_asked = answer[len(telling) :]
    return np.where(of_asked >= 0, telling[by_age][of_asked] if len(telling) else -1, -1)
