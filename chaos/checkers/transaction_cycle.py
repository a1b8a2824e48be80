"""Transactions that cannot have happened one after the other: each must come before the next, in a ring.

Elle's dependency graph (Kingsbury, Alvaro 2020; Adya 1999). The longest read of a list is the order of
its appends, so of two transactions that touch it one comes first: it appended the element before (ww),
it appended the last element that the other read (wr), or it read the list without the other's element
(rw). A ring of these means that the history is not serializable. Two reads of which neither begins with
the other leave no order at all, which is the shortest ring. So does a transaction that contradicts itself:
it reads an element twice, or not what it had read and appended before (Elle's internal anomalies).

Assumed, else unknown: as for `dirty-read`. Elements that nobody read are in no order, and transactions
that failed or were never seen are left out.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from chaos.checkers._cycles import cycles
from chaos.checkers._keys import token
from chaos.checkers._transactions import Read, Transactions
from chaos.checkers._words import sentence, shown, witness_of
from chaos.history import History, Operation
from chaos.verdict import Finding, Witness, found, not_found, unknown

NAME = "transaction-cycle"


@dataclass(frozen=True)
class Own:
    """What a transaction knows of a list by itself: all of it (`whole`), or only how it must end."""

    elements: tuple[object, ...]
    whole: bool

    def and_then(self, element: object) -> "Own":
        """After an append."""
        return Own((*self.elements, element), self.whole)

    def allows(self, seen: tuple[object, ...]) -> bool:
        """May the transaction read this now?"""
        return (seen if self.whole else seen[len(seen) - len(self.elements) :]) == self.elements

    def story(self, seen: tuple[object, ...]) -> str:
        """Why it may not read this."""
        if self.allows(seen):
            return "the same element twice"
        must = "it was" if self.whole else "it must end in"
        return f"but by what it had done itself {must} {_listed(self.elements)}"


def check(history: History) -> Finding:
    """Found with one witness for each ring, or for each read that no order of transactions can explain."""
    try:
        transactions = Transactions.of(history)
    except ValueError as error:
        return unknown(NAME, str(error))
    longest = transactions.longest()
    witnesses = list(_contradictions(history)) or list(_without_order(transactions, longest))
    witnesses = witnesses or list(_rings(history, transactions, longest))
    if witnesses:
        return found(NAME, len(witnesses), witnesses)
    reason = transactions.untraced()
    return unknown(NAME, reason) if reason else not_found(NAME)


def _contradictions(history: History) -> Iterator[Witness]:
    """The reads that show an element twice, or contradict what their own transaction did before."""
    for operation in (op for op in history.client_operations if op.outcome == "ok"):
        own: dict[object, Own] = {}
        for f, key, value in operation.value:
            before = own.get(token(key), Own((), whole=False))
            if f == "append":
                own[token(key)] = before.and_then(token(value))
                continue
            seen = tuple(map(token, value or ()))
            if len(set(seen)) < len(seen) or not before.allows(seen):
                text = (
                    f"process {operation.process} read {_listed(seen)} in {shown(key)}, {before.story(seen)}"
                )
                yield witness_of(sentence(text), operation)
            own[token(key)] = Own(seen, whole=True)


def _without_order(transactions: Transactions, longest: Mapping[object, Read]) -> Iterator[Witness]:
    told: set[object] = set()
    for read in transactions.reads:
        other = longest[read.key]
        if read.key not in told and other.elements[: len(read.elements)] != read.elements:
            told.add(read.key)
            text = (
                f"process {read.by.process} read {_listed(read.elements)} in {shown(read.key)}, and process "
                f"{other.by.process} read {_listed(other.elements)}; neither is the beginning of the other"
            )
            yield witness_of(sentence(text), read.by, other.by)


def _listed(elements: Iterable[object]) -> str:
    return f"[{', '.join(map(shown, elements))}]"


def _rings(history: History, transactions: Transactions, longest: Mapping[object, Read]) -> Iterator[Witness]:
    reasons = _dependencies(transactions, longest)
    by_index = {operation.index: operation for operation in history.client_operations}
    for ring in cycles(reasons):
        steps = [reasons[a][b] for a, b in pairwise([*ring, ring[0]])]
        yield witness_of(sentence("; ".join(steps)), *(by_index[node] for node in ring))


def _dependencies(transactions: Transactions, longest: Mapping[object, Read]) -> dict[int, dict[int, str]]:
    """For each transaction those that come after it, and why."""
    after: dict[int, dict[int, str]] = defaultdict(dict)

    def depends(first: Operation | None, second: Operation | None, why: str) -> None:
        if first and second and first is not second:
            after[second.index]  # every transaction is a node, also one that nothing comes after
            text = f"process {first.process} (event {first.index}) comes before process {second.process} "
            after[first.index].setdefault(second.index, f"{text}(event {second.index}): {why}")

    def writer(key: object, element: object) -> Operation | None:
        append = transactions.appends.get((key, element))
        return append.by if append and append.by.outcome != "fail" else None

    for key, read in longest.items():
        for one, next_one in pairwise(read.elements):
            why = f"{shown(one)} was appended to {shown(key)} before {shown(next_one)}"
            depends(writer(key, one), writer(key, next_one), why)
    for read in transactions.reads:
        order, seen = longest[read.key].elements, len(read.elements)
        if seen:
            depends(writer(read.key, order[seen - 1]), read.by, f"the latter read {shown(order[seen - 1])}")
        if seen < len(order):
            why = f"the former read {shown(read.key)} without {shown(order[seen])}"
            depends(read.by, writer(read.key, order[seen]), why)
    return after
