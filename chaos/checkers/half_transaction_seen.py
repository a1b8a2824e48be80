"""A transaction sees a part of what another one did, and not the rest.

Either within one list (intermediate read, G1b: its first append, not its last), or between two lists
that one transaction reads (fractured read, Bailis et al. 2014: the append to the one, not to the other).

Assumed, else unknown: as for `dirty-read`.
"""

from collections import defaultdict
from collections.abc import Iterator

from chaos.checkers._transactions import Append, Read, Transactions
from chaos.checkers._words import sentence, shown, witness_of
from chaos.history import History, Operation
from chaos.verdict import Finding, Witness, found, not_found, unknown

NAME = "half-transaction-seen"


def check(history: History) -> Finding:
    """Found with one witness for each pair of a reader and a transaction that it saw in part."""
    try:
        transactions = Transactions.of(history)
    except ValueError as error:
        return unknown(NAME, str(error))
    appends: dict[int, list[Append]] = defaultdict(list)
    for append in transactions.appends.values():
        appends[append.by.index].append(append)
    reads: dict[int, dict[object, Read]] = defaultdict(dict)
    for read in transactions.reads:
        reads[read.by.index].setdefault(read.key, read)
    halves = [half for of_reader in reads.values() for half in _halves(of_reader, transactions, appends)]
    if halves:
        return found(NAME, len(halves), halves)
    reason = transactions.untraced()
    return unknown(NAME, reason) if reason else not_found(NAME)


def _halves(
    reads: dict[object, Read], transactions: Transactions, appends: dict[int, list[Append]]
) -> Iterator[Witness]:
    """What one reader saw in part, judged by its first read of each key."""
    writers: dict[int, Append] = {}
    for read in reads.values():
        seen = (transactions.appends.get((read.key, element)) for element in read.elements)
        writers.update({append.by.index: append for append in seen if append})
    reader = next(iter(reads.values())).by
    writers.pop(reader.index, None)
    for index, seen_append in writers.items():
        of_read_lists = (append for append in appends[index] if append.key in reads)
        unseen = [append for append in of_read_lists if append.element not in reads[append.key].elements]
        if unseen:
            yield _witness(reader, seen_append, unseen[0])


def _witness(reader: Operation, seen: Append, unseen: Append) -> Witness:
    text = (
        f"process {seen.by.process} appended {shown(seen.element)} to {shown(seen.key)} and "
        f"{shown(unseen.element)} to {shown(unseen.key)} in one transaction; "
        f"process {reader.process} read in one, too, and saw the first but not the second"
    )
    return witness_of(sentence(text), seen.by, reader)
