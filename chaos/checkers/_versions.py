"""The order in which each list was appended to, by the transactions that count.

The longest read is the order of what it shows. What an acknowledged transaction appended and nobody read
came after all of it, or that read would show it; in which order among itself nobody knows.

At read-uncommitted only acknowledged transactions count: what others appended may be seen there and vanish.
Above it, so do those in doubt that somebody saw, with all that they appended.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate, chain

from chaos.checkers._levels import UNCOMMITTED
from chaos.checkers._transactions import Append, ListKey, Read, Transactions


@dataclass(frozen=True)
class Versions:
    """`order`: the appends to each list that were read; `unread`: those that came after all of these.

    `reads` come with how many of the `order` they show. A list of which two reads contradict each other is in
    `torn`, with these two, and nowhere else.
    """

    reads: list[tuple[Read, int]]
    order: dict[ListKey, list[Append]]
    unread: dict[ListKey, list[Append]]
    torn: dict[ListKey, tuple[Read, Read]]

    @classmethod
    def of(cls, transactions: Transactions, level: int) -> "Versions":
        """As the transactions that count at this level show them."""
        appends = _counting(transactions, level)
        reads = transactions.reads
        if level == UNCOMMITTED:
            reads = [read._replace(elements=_without_others(read, appends)) for read in reads]
        longest = _longest(reads)
        torn = _torn(reads, longest)
        shown = {key: [(key, e) in appends for e in read.elements] for key, read in longest.items()}
        counted = {key: list(accumulate(flags, initial=0)) for key, flags in shown.items()}
        order = {key: _order(read, appends) for key, read in longest.items() if key not in torn}
        were_read = {(append.key, append.element) for known in order.values() for append in known}
        unread: dict[ListKey, list[Append]] = defaultdict(list)
        for place, append in appends.items():
            if place not in were_read and append.key not in torn:
                unread[append.key].append(append)
        lengths = [(read, counted[read.key][len(read.elements)]) for read in reads if read.key not in torn]
        return cls(lengths, order, dict(unread), torn)

    @property
    def placed(self) -> Iterator[Append]:
        """All appends that count, to all lists that are not torn."""
        return chain.from_iterable(chain(self.order.values(), self.unread.values()))


def _counting(transactions: Transactions, level: int) -> dict[tuple[ListKey, object], Append]:
    if level == UNCOMMITTED:
        return {place: append for place, append in transactions.appends.items() if append.by.outcome == "ok"}
    yes = transactions.took_place()
    return {place: append for place, append in transactions.appends.items() if append.by.index in yes}


def _without_others(read: Read, appends: dict[tuple[ListKey, object], Append]) -> tuple[object, ...]:
    return tuple(element for element in read.elements if (read.key, element) in appends)


def _longest(reads: list[Read]) -> dict[ListKey, Read]:
    longest: dict[ListKey, Read] = {}
    for read in reads:
        if len(read.elements) >= len(longest.get(read.key, read).elements):
            longest[read.key] = read
    return longest


def _torn(reads: list[Read], longest: dict[ListKey, Read]) -> dict[ListKey, tuple[Read, Read]]:
    torn: dict[ListKey, tuple[Read, Read]] = {}
    for read in reads:
        other = longest[read.key]
        if other.elements[: len(read.elements)] != read.elements:
            torn.setdefault(read.key, (read, other))
    return torn


def _order(read: Read, appends: dict[tuple[ListKey, object], Append]) -> list[Append]:
    return [appends[read.key, element] for element in read.elements if (read.key, element) in appends]
