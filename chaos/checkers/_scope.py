"""What of a history can be judged as registers and sets, and what is not looked at.

One key that cannot be judged says nothing against the others. A value that was written twice, or a key that
is a set and a register, leaves a doubt, which ends in unknown where nothing was found. An operation that is
of no register and of no set, such as an `insert` without a key, is nothing that these checkers judge: it is
left aside, and the finding says so.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from chaos.checkers._keys import KeyOperations, keys_of, misfit_of
from chaos.history import History, Operation


@dataclass(frozen=True)
class Scope:
    """The `keys` that can be judged, why others cannot (`doubts`), and what nobody looks at.

    `counters` are for those who can judge them.
    """

    keys: Sequence[KeyOperations]
    doubts: Sequence[str]
    left_aside: Sequence[Operation]
    counters: Sequence[KeyOperations] = ()

    @cached_property
    def succeeded(self) -> frozenset[str]:
        """The `f` of everything that clients asked of these keys and got."""
        done = (change.f for of_key in self.keys for change in of_key.acknowledged)
        counted = {count.f for of_key in self.counters for count in of_key.acknowledged_counts}
        return frozenset(done) | {read.f for of_key in self.keys for read in of_key.reads} | counted

    @property
    def summary(self) -> str:
        """What was not looked at, in words; empty when that is nothing."""
        counts = Counter(operation.f for operation in self.left_aside)
        listed = ", ".join(f"{count} {f}" for f, count in sorted(counts.items()))
        return f"not looked at, because of no register and no set: {listed}" if listed else ""

    @property
    def foreign(self) -> str:
        """The reason when there is nothing to judge at all; empty when there is something."""
        if self.keys or self.counters or not self.left_aside:
            return ""
        first = self.left_aside[0]
        return f"operation {first.index} ({first.f}) is neither of a register nor of a set"


def scope(history: History) -> Scope:
    """What of this history can be judged; sorted out once, however many ask."""
    return history.once(_scope)


def _scope(history: History) -> Scope:
    left_aside = [operation for operation in history.client_operations if operation.key is None]
    keys, counters, doubts = [], [], []
    for of_key in keys_of(history):
        if of_key.strangers and not of_key.is_known:
            left_aside += of_key.strangers
        elif of_key.is_counter:
            counters.append(of_key)
        elif reason := misfit_of(of_key):
            doubts.append(reason)
        else:
            keys.append(of_key)
    left_aside.sort(key=lambda operation: operation.index)
    return Scope(keys, doubts, left_aside, counters)
