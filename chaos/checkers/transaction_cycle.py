"""Transactions that no order allowed by the promised isolation level explains.

Elle's dependency graph (Kingsbury, Alvaro 2020; Adya 1999). The longest read of a list is the order of its
appends, and what was acknowledged and never read came after it. So of two transactions that touch a list one
comes first: it appended the element before (ww), it appended the last element that the other read (wr), or it
read the list without the other's element (rw). A ring of these breaks serializability, and some rings break
weaker levels: G0, G1c, G-single, G-nonadjacent, G2-item. No ring is needed for two reads of which neither
begins with the other, for a transaction that contradicts itself (internal), for reads of what failed (G1a) or
was not all (G1b), and for a lost update. `model` names the level; the last two levels also look at the order
within sessions (a process is one, where none is named) and at the order in time.

Judged as a search over all orders would judge it; only for snapshot isolation that may take too long, and
then the answer is unknown. Assumed, else unknown: as for `dirty-read`; some transaction appended and some
read; and nothing was read before it was asked for, unless the order in time is looked at. Not looked at:
sessions and time at the weaker levels, and predicates.
"""

from collections.abc import Iterator
from dataclasses import replace

from chaos.checkers._contradictions import contradictions
from chaos.checkers._dependencies import Dependencies
from chaos.checkers._levels import DEFAULT, SNAPSHOT, STRICT, Anomaly, broken_by, level_of
from chaos.checkers._rings import rings
from chaos.checkers._snapshots import without_order
from chaos.checkers._transactions import Transactions
from chaos.checkers._versions import Versions
from chaos.checkers._words import sentence, witness_of
from chaos.history import History
from chaos.judging.verdict import Finding, found, not_found, unknown

NAME = "transaction-cycle"


def check(history: History, *, model: str = DEFAULT) -> Finding:
    """Found with one witness for each contradiction and each ring that the level `model` forbids.

    Raises `ValueError` when there is no such level.
    """
    level = level_of(model)
    try:
        transactions = Transactions.of(history)
    except ValueError as error:
        return unknown(NAME, str(error))
    versions = Versions.of(transactions, level)
    dependencies = Dependencies.of(versions, level)
    anomalies = list(_anomalies(history, transactions, versions, dependencies, level))
    reason = _doubt(transactions, level)
    if not anomalies and not reason and level == SNAPSHOT:
        last = without_order(versions, dependencies)
        anomalies, reason = ([last], None) if isinstance(last, Anomaly) else ([], last)
    if anomalies:
        witnesses = (witness_of(sentence(f"{one.name}: {one.text}"), *one.operations) for one in anomalies)
        return replace(found(NAME, len(anomalies), witnesses), summary=broken_by(anomalies))
    return unknown(NAME, reason) if reason else not_found(NAME)


def _anomalies(
    history: History, transactions: Transactions, versions: Versions, dependencies: Dependencies, level: int
) -> Iterator[Anomaly]:
    """What the level forbids, without rings that come of a contradiction of the same transactions."""
    told: list[set[int]] = []
    for anomaly in contradictions(history, transactions, versions):
        if anomaly.breaks <= level:
            told.append({operation.index for operation in anomaly.operations})
            yield anomaly
    for ring in rings(dependencies, level):
        these = {operation.index for operation in ring.operations}
        if not any(these <= others or others <= these for others in told):
            yield ring


def _doubt(transactions: Transactions, level: int) -> str | None:
    early = transactions.early() if level < STRICT else None
    return transactions.untraced() or early or transactions.unjudged()
