"""A client reads what certainly failed, or what was never acknowledged and then rolled back.

With transactions it is the aborted read, G1a (Adya 1999), found as Elle does: an element names the
transaction that appended it. With registers and sets it is a read of a value whose write had failed, or that
no majority had: its write was never acknowledged, the value was read, and then it was lost (`_rollbacks.py`
says when that is certain).

Assumed, else unknown: some read and some write succeeded; every value and every element read had been written
before, and none was written twice to one key. Not looked at: an acknowledged
write that is lost (`lost-write`), and a value that was rolled back before anybody read it.
"""

from collections.abc import Iterator

from chaos.checkers._passing import CHANGE, READ, UNTESTED, passed
from chaos.checkers._rollbacks import Rollbacks
from chaos.checkers._scope import scope
from chaos.checkers._transactions import Read, Transactions
from chaos.checkers._words import sentence, shown, witness_of
from chaos.history import History
from chaos.judging.verdict import Finding, Witness, found, not_found, unknown

NAME = "dirty-read"


def check(history: History, *, settled: bool = True) -> Finding:
    """Found with one witness for each such value, or element of a failed transaction, in each read.

    `settled`: the cluster had come to rest before its replicas were read.
    """
    if any(operation.f == "txn" for operation in history.client_operations):
        return _of_transactions(history)
    judged = scope(history)
    rollbacks = Rollbacks(history, judged, settled)
    if rollbacks.witnesses:
        return found(NAME, len(rollbacks.witnesses), rollbacks.witnesses)
    doubts = [*rollbacks.doubts, *judged.doubts]
    if doubts:
        return unknown(NAME, doubts[0])
    finding = passed(NAME, judged.succeeded, READ, CHANGE, summary=judged.summary)
    if UNTESTED in finding.reason and history.client_operations:
        first = history.client_operations[0]
        return unknown(NAME, f"{finding.reason}: operation {first.index} ({first.f}) is no transaction")
    return finding


def _of_transactions(history: History) -> Finding:
    try:
        transactions = Transactions.of(history)
    except ValueError as error:
        return unknown(NAME, str(error))
    witnesses = [witness for read in transactions.reads for witness in _dirty(read, transactions)]
    if witnesses:
        return found(NAME, len(witnesses), witnesses)
    reason = transactions.untraced() or transactions.unjudged()
    return unknown(NAME, reason) if reason else not_found(NAME)


def _dirty(read: Read, transactions: Transactions) -> Iterator[Witness]:
    for element in read.elements:
        append = transactions.appends.get((read.key, element))
        if append and append.by.outcome == "fail":
            what = f"{shown(element)} to {shown(read.key)}"
            text = (
                f"process {append.by.process} failed to append {what}; but process {read.by.process} read it"
            )
            yield witness_of(sentence(text), append.by, read.by)
