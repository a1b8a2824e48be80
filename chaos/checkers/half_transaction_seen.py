"""A transaction sees a part of what another one did, but not the rest.

Within one list (intermediate read, G1b: its first append, not its last; or the last before the first),
between two lists that one transaction reads (fractured read, Bailis et al. 2014: the append to the one, not
to the other), or between two of its reads of one list. If it sees anything of another transaction, it must
see all that this appended to every list that it reads, in every read.

Assumed, else unknown: as for `dirty-read`, and some transaction appended and some read. Not looked at: what
stands between two appends of one transaction to one list (`transaction-cycle` looks at it).
"""

from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise

from chaos.checkers._transactions import Append, ListKey, Read, Transactions
from chaos.checkers._words import sentence, shown, witness_of
from chaos.history import History, Operation
from chaos.judging.verdict import Finding, Witness, found, not_found, unknown

NAME = "half-transaction-seen"


def check(history: History) -> Finding:
    """Found with one witness for each pair of a reader and a transaction that it saw in part."""
    try:
        transactions = Transactions.of(history)
    except ValueError as error:
        return unknown(NAME, str(error))
    appends = transactions.by_transaction()
    reads: dict[int, list[Read]] = defaultdict(list)
    for read in transactions.reads:
        reads[read.by.index].append(read)
    halves = [half for of_reader in reads.values() for half in _halves(of_reader, transactions, appends)]
    if halves:
        return found(NAME, len(halves), halves)
    reason = transactions.untraced() or transactions.unjudged()
    return unknown(NAME, reason) if reason else not_found(NAME)


def _halves(
    reads: list[Read], transactions: Transactions, appends: dict[int, dict[ListKey, list[Append]]]
) -> Iterator[Witness]:
    """What one reader saw in part."""
    seen: dict[int, Append] = {}
    for read in reads:
        for element in read.elements:
            append = transactions.appends.get((read.key, element))
            if append and append.by is not read.by:
                seen.setdefault(append.by.index, append)
    looks = [(read.key, {element: at for at, element in enumerate(read.elements)}) for read in reads if seen]
    reader = reads[0].by
    for writer, append in seen.items():
        partly = (_partly(append, appends[writer].get(key, []), places, reader) for key, places in looks)
        if text := next(filter(None, partly), ""):
            begun = f"process {append.by.process} appended {text}"
            yield witness_of(sentence(begun), append.by, reader)


def _partly(seen: Append, own: list[Append], places: dict[object, int], reader: Operation) -> str:
    """How a read shows `own`, one transaction's appends to a list, of which some was seen; empty for all."""
    what = f"{shown(seen.element)} to {shown(seen.key)}"
    missing = next((append for append in own if append.element not in places), None)
    if missing is seen:
        return f"{what}; process {reader.process} saw that in one read of a transaction, but not in another"
    if missing:
        return (
            f"{what} and {shown(missing.element)} to {shown(missing.key)} in one transaction; process "
            f"{reader.process} read in one, too, and saw the first but not the second"
        )
    for one, other in pairwise(own):
        if places[one.element] > places[other.element]:
            return (
                f"{shown(one.element)}, then {shown(other.element)} to {shown(one.key)} in one transaction; "
                f"process {reader.process} saw the second before the first"
            )
    return ""
