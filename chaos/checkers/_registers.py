"""Which operations of a history are of registers, and what else there is that nobody looks at."""

from collections.abc import Callable, Iterator
from functools import cached_property

import numpy as np

from chaos.checkers._keys import REGISTER_CHANGES
from chaos.history import History, Key
from chaos.history.table import FAIL, INFO, OK, OPEN, Bools, Coded, H, Ints

REGISTER = REGISTER_CHANGES | {"read", "append"}  # an append of text; one of anything else is of a list
NO_SET = frozenset({"write", "cas"})


def registers(history: History) -> "Registers":
    """Sorted out once, however many ask."""
    return history.once(Registers)


class Registers:
    """The clients' operations on registers, and what is left aside."""

    def __init__(self, history: History) -> None:
        self._history = history
        table, begun = history.table, history.begun
        self._kind: Ints = np.where(history.ended == OPEN, INFO, table.kind[history.ended])
        self._key = table.key.codes[begun]
        self._final = _where(table.final, bool, begun)
        self._keyless = _where(table.key, lambda key: key is None, begun)
        fits = self._is(REGISTER)
        if "append" in table.f.names:
            fits &= table.value.where(lambda value: isinstance(value, str))[begun] | ~self._is({"append"})
        self._foreign_keys = np.unique(self._key[~fits & ~self._keyless & ~self._final])
        elsewhere = self._keyless
        if len(self._foreign_keys):
            elsewhere = elsewhere | np.isin(self._key, self._foreign_keys)
        self._aside: Bools = ~self._final & elsewhere
        self._judged: Bools = ~self._final & ~elsewhere

    @cached_property
    def foreign(self) -> frozenset[Key]:
        """The keys that are no registers."""
        names = (self._history.table.key.names[code] for code in self._foreign_keys)
        return frozenset(name for name in names if name is not None)

    @cached_property
    def succeeded(self) -> frozenset[str]:
        """The `f` of everything that somebody did to a register with success."""
        names, codes = self._history.table.f.names, self._history.table.f.codes[self._history.begun]
        counts = np.bincount(codes[self._judged & (self._kind == OK)], minlength=len(names))
        return frozenset(name for name, count in zip(names, counts.tolist(), strict=True) if count)

    @cached_property
    def doubt(self) -> str:
        """Why nothing passes: a key is a register and more, or there are no registers; else empty."""
        if not self._aside.any() and self._judged.any():
            return ""
        mixed = self._aside & ~self._keyless & self._is(NO_SET)
        strange = self._aside & (np.isin(self._key, self._key[mixed]) | (not self._judged.any()))
        strange &= ~self._is(REGISTER) if (strange & ~self._is(REGISTER)).any() else True
        if not strange.any():
            return ""
        first = self._history.event(int(self._history.begun[int(np.argmax(strange))]))
        return f"operation {first.index} ({first.f}) is not of a register"

    @cached_property
    def summary(self) -> str:
        """What was not looked at, in words; empty when that is nothing."""
        return f"not looked at: {', '.join(listed)}" if (listed := list(self._overlooked())) else ""

    def _overlooked(self) -> Iterator[str]:
        if not (self._aside.any() or self._final.any() or (self._kind != OK).any()):
            return
        reads, swaps = self._is({"read"}), self._is({"cas"})
        for count, what in (
            (self._aside.sum(), "of no register"),
            ((self._judged & reads & (self._kind == FAIL)).sum(), "failed reads"),
            ((self._judged & reads & (self._kind == INFO)).sum(), "reads in doubt"),
            ((self._judged & swaps & (self._kind == FAIL)).sum(), "failed compare-and-sets"),
            (self._final.sum(), "final reads of replicas"),
        ):
            if count:
                yield f"{count} {what}"

    def _is(self, fs: frozenset[str] | set[str]) -> Bools:
        return _where(self._history.table.f, fs.__contains__, self._history.begun)


def _where(column: Coded[H], holds: Callable[[H], bool], rows: Ints) -> Bools:
    """Which of these rows fulfil this; where all do or none does, nobody looks at them."""
    fulfils = np.fromiter(map(holds, column.names), np.bool_, len(column.names))
    if fulfils.all() or not fulfils.any():
        return np.full(len(rows), bool(fulfils.all()))
    return fulfils[column.codes[rows]]
