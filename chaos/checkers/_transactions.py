"""Transactions of appends to lists and reads of lists, and what the lists tell (Kingsbury, Alvaro 2020).

Elle's idea: an element is appended once, so whoever reads a list sees which transactions came before,
and in which order. The longest read of a key is the order of its appends.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

from chaos.checkers._keys import token
from chaos.checkers._words import shown
from chaos.history import History, Operation

ListKey: TypeAlias = object


class Read(NamedTuple):
    """What transaction `by` saw under `key`, its own appends before the read included."""

    by: Operation
    key: ListKey
    elements: tuple[object, ...]


class Append(NamedTuple):
    """Transaction `by` asked to append `element` to `key`."""

    by: Operation
    key: ListKey
    element: object


@dataclass
class Transactions:
    """Reads of acknowledged transactions, and every append that was asked for, by key and element."""

    reads: list[Read] = field(default_factory=list)
    appends: dict[tuple[ListKey, object], Append] = field(default_factory=dict)

    @classmethod
    def of(cls, history: History) -> "Transactions":
        """Raises `ValueError` with the reason when the history is not of such transactions."""
        transactions = cls()
        for operation in history.client_operations:
            _check_form(operation)
            transactions._take_appends(operation)
        for operation in history.client_operations:
            if operation.outcome == "ok":
                transactions.reads += _reads(operation)
        return transactions

    def _take_appends(self, operation: Operation) -> None:
        for _, key, value in (micro for micro in operation.value if micro[0] == "append"):
            place = (token(key), token(value))
            if place in self.appends:
                first = self.appends[place].by.index
                both = f"operations {first} and {operation.index} both append"
                raise ValueError(f"{both} {shown(value)} to {key}, so an element cannot be traced")
            self.appends[place] = Append(operation, *place)

    def by_transaction(self) -> dict[int, dict[ListKey, list[Append]]]:
        """What each transaction (by its index) appends to each list, in its own order."""
        appends: dict[int, dict[ListKey, list[Append]]] = defaultdict(lambda: defaultdict(list))
        for append in self.appends.values():
            appends[append.by.index][append.key].append(append)
        return appends

    def took_place(self) -> set[int]:
        """The transactions that certainly did: acknowledged, or in doubt and an acknowledged one saw them."""
        yes = {append.by.index for append in self.appends.values() if append.by.outcome == "ok"}
        for read in self.reads:
            yes.add(read.by.index)
            seen = (self.appends.get((read.key, element)) for element in read.elements)
            yes.update(append.by.index for append in seen if append and append.by.outcome == "info")
        return yes

    def untraced(self) -> str | None:
        """Why a read proves nothing: nobody appended what it shows; None when all elements are known."""
        for read in self.reads:
            for element in read.elements:
                if (read.key, element) not in self.appends:
                    where = f"{shown(element)} in {shown(read.key)}"
                    return f"operation {read.by.index} read {where}, which nobody appended"
        return None

    def early(self) -> str | None:
        """Why the order of events is in doubt: something was read before it was asked for; else None."""
        for read in self.reads:
            for element in read.elements:
                append = self.appends.get((read.key, element))
                if append and read.by.precedes(append.by):
                    what = (
                        f"operation {read.by.index} read {shown(element)} in {shown(read.key)} and was over"
                    )
                    asked = f"operation {append.by.index} was asked to append it"
                    return f"{what} before {asked} (--model strict-serializable judges that)"
        return None

    def unjudged(self) -> str | None:
        """What never happened, so that nothing could go wrong; None when there is something to judge."""
        if not self.reads:
            return "no read of a transaction succeeded, so nothing was put to the test"
        yes = self.took_place()
        if not any(append.by.index in yes for append in self.appends.values()):
            return "no append of a transaction succeeded, so nothing was put to the test"
        return None


def _check_form(operation: Operation) -> None:
    micros = operation.value if operation.f == "txn" else None
    if not isinstance(micros, list) or not all(map(_is_micro, micros)):
        raise ValueError(
            f"operation {operation.index} ({operation.f}) is no transaction of appends and reads"
        )


def _is_micro(micro: Any) -> bool:
    if not isinstance(micro, list) or len(micro) != 3:
        return False
    return micro[0] == "append" or (micro[0] == "r" and (micro[2] is None or isinstance(micro[2], list)))


def _reads(operation: Operation) -> Iterator[Read]:
    for f, key, value in operation.value:
        if f == "r":
            yield Read(operation, token(key), tuple(token(element) for element in value or ()))
