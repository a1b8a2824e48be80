"""A transaction reads what another one appended that has certainly failed.

Aborted read, G1a (Adya 1999), found as Elle does: an element names the transaction that appended it.

Assumed, else unknown: transactions of appends to lists and reads of them, no element twice in one list,
and every element read was appended by somebody.
"""

from collections.abc import Iterator

from chaos.checkers._transactions import Read, Transactions
from chaos.checkers._words import sentence, shown, witness_of
from chaos.history import History
from chaos.verdict import Finding, Witness, found, not_found, unknown

NAME = "dirty-read"


def check(history: History) -> Finding:
    """Found with one witness for each element of a failed transaction in each read."""
    try:
        transactions = Transactions.of(history)
    except ValueError as error:
        return unknown(NAME, str(error))
    witnesses = [witness for read in transactions.reads for witness in _dirty(read, transactions)]
    if witnesses:
        return found(NAME, len(witnesses), witnesses)
    reason = transactions.untraced()
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
