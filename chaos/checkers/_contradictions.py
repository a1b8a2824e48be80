"""What no order of transactions can explain: a read, or two, that contradict what is known without any ring.

In Elle's words: a list with an element twice, two reads of which neither begins with the other
(incompatible-order), a transaction that contradicts itself (internal), a read of what failed (G1a) or of what
its transaction went on to change (G1b), and two transactions that both changed what both had read
(lost-update).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from chaos.checkers._keys import token
from chaos.checkers._levels import COMMITTED, SNAPSHOT, UNCOMMITTED, Anomaly
from chaos.checkers._transactions import Append, ListKey, Read, Transactions
from chaos.checkers._versions import Versions
from chaos.checkers._words import shown
from chaos.history import History, Operation


def contradictions(history: History, transactions: Transactions, versions: Versions) -> Iterator[Anomaly]:
    """All of them, the weakest level that they break first."""
    for operation in history.client_operations:
        if operation.outcome == "ok":
            yield from _internal(operation)
    yield from _torn(versions)
    yield from _out_of_order(transactions, versions)
    yield from _aborted(transactions)
    yield from _intermediate(transactions)
    yield from _lost_updates(versions)


@dataclass
class Own:
    """What a transaction knows of a list by itself: what others had left there at its first read, if it has
    read it, its appends to it so far, and those still to come."""

    base: tuple[object, ...] | None
    done: list[object]
    later: set[object]

    def contradiction(self, seen: tuple[object, ...]) -> tuple[str, int, str] | None:
        """Name, level and words of what is wrong with this read."""
        tail, done = len(seen) - len(self.done), tuple(self.done)
        if len(set(seen)) < len(seen):
            return "duplicate-elements", UNCOMMITTED, "the same element twice"
        if tail < 0 or seen[tail:] != done:
            why = f"but by what it had done itself it must end in {listed(done)}"
            return "internal", UNCOMMITTED, why
        if self.later.intersection(seen):
            early = next(element for element in seen if element in self.later)
            return "internal", UNCOMMITTED, f"but it appended {shown(early)} itself only later"
        if self.base is not None and self.base != seen[:tail]:
            why = f"but by what it had done itself it was {listed((*self.base, *done))}"
            return "internal", SNAPSHOT, why
        return None


def _internal(operation: Operation) -> Iterator[Anomaly]:
    """The reads that contradict what their own transaction reads and appends."""
    lists: dict[ListKey, Own] = {}
    for f, key, value in operation.value:
        own = lists.setdefault(token(key), Own(None, [], set()))
        if f == "append":
            own.later.add(token(value))
    for f, key, value in operation.value:
        own = lists[token(key)]
        if f == "append":
            own.done.append(token(value))
            own.later.discard(token(value))
            continue
        seen = tuple(map(token, value or ()))
        if wrong := own.contradiction(seen):
            name, breaks, why = wrong
            text = f"process {operation.process} read {listed(seen)} in {shown(key)}, {why}"
            yield Anomaly(name, breaks, text, (operation,))
        own.base = seen[: len(seen) - len(own.done)] if own.base is None else own.base


def _torn(versions: Versions) -> Iterator[Anomaly]:
    for key, (one, other) in versions.torn.items():
        text = (
            f"process {one.by.process} read {listed(one.elements)} in {shown(key)}, and process "
            f"{other.by.process} read {listed(other.elements)}; neither is the beginning of the other"
        )
        yield Anomaly("incompatible-order", UNCOMMITTED, text, (one.by, other.by))


def _out_of_order(transactions: Transactions, versions: Versions) -> Iterator[Anomaly]:
    """Transactions whose appends to a list are not in it in their own order, or not the first of them."""
    for by_key in transactions.by_transaction().values():
        for key, own in by_key.items():
            if len(own) < 2 or key not in versions.order:
                continue
            seen = [append for append in versions.order[key] if append.by is own[0].by]
            if seen != own[: len(seen)]:
                reader = next(read for read, _ in versions.reads if _shows(read, seen[0]))
                text = (
                    f"process {own[0].by.process} appended first {shown(own[0].element)}, then "
                    f"{shown(own[1].element)} to {shown(key)} in one transaction; but process "
                    f"{reader.by.process} read {listed(reader.elements)}"
                )
                yield Anomaly("internal", UNCOMMITTED, text, (own[0].by, reader.by))


def _shows(read: Read, append: Append) -> bool:
    return read.key == append.key and append.element in read.elements


def _aborted(transactions: Transactions) -> Iterator[Anomaly]:
    told: set[tuple[int, int]] = set()
    for read in transactions.reads:
        for element in read.elements:
            append = transactions.appends.get((read.key, element))
            if append and append.by.outcome == "fail" and (append.by.index, read.by.index) not in told:
                told.add((append.by.index, read.by.index))
                text = (
                    f"process {append.by.process} failed to append {shown(element)} to {shown(read.key)}; "
                    f"but process {read.by.process} read it"
                )
                yield Anomaly("G1a", COMMITTED, text, (append.by, read.by))


def _intermediate(transactions: Transactions) -> Iterator[Anomaly]:
    """Reads that end with what its transaction did not leave: there was more that it appended to the list."""
    last: dict[tuple[int, ListKey], Append] = {}
    for append in transactions.appends.values():
        last[append.by.index, append.key] = append
    for read in transactions.reads:
        seen = transactions.appends.get((read.key, read.elements[-1])) if read.elements else None
        if not seen or seen.by is read.by or seen.by.outcome == "fail":
            continue
        left = last[seen.by.index, seen.key]
        if left.element not in read.elements:
            text = (
                f"process {seen.by.process} appended {shown(left.element)} to {shown(read.key)} after "
                f"{shown(seen.element)} in one transaction; but process {read.by.process} read "
                f"{listed(read.elements)}"
            )
            yield Anomaly("G1b", COMMITTED, text, (seen.by, read.by))


def _lost_updates(versions: Versions) -> Iterator[Anomaly]:
    """Two transactions that read the same state of a list and both append to it."""
    writers = {(append.by.index, append.key) for append in versions.placed}
    first: dict[tuple[ListKey, int], Read] = {}
    looked: set[tuple[int, ListKey]] = set()
    for read, length in versions.reads:
        place = (read.by.index, read.key)
        if place in looked or place not in writers:
            continue
        looked.add(place)
        while length and versions.order[read.key][length - 1].by is read.by:
            length -= 1
        other = first.setdefault((read.key, length), read)
        if other is not read:
            text = (
                f"processes {other.by.process} and {read.by.process} both read {shown(read.key)} when it was "
                f"{listed(read.elements[:length])}, and both appended to it: neither saw what the other did"
            )
            yield Anomaly("lost-update", SNAPSHOT, text, (other.by, read.by))


def listed(elements: Iterable[object]) -> str:
    """A list as it is read."""
    return f"[{', '.join(map(shown, elements))}]"
