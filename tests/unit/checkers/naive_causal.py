"""Causal consistency, memory and convergence by their definitions: every order of the writes is tried out.

No bad pattern is looked for here; what comes before what is closed pair by pair.
"""

from collections.abc import Iterator, Sequence
from functools import cached_property

from chaos.history import History, Operation
from tests.unit.checkers.naive_sessions import Story


class Causal:
    """A history of registers, some of whose reads may have no write."""

    def __init__(self, history: History) -> None:
        self.story = Story(history)
        everything = [*self.story.changes, *self.story.reads]
        self.by_index = {operation.index: operation for operation in everything}

    @cached_property
    def before(self) -> set[tuple[int, int]]:
        return self.story.come_before()

    def is_thin_air(self) -> bool:
        return not self.story.traceable()

    def past(self, read: Operation) -> list[Operation]:
        """The changes that come before it."""
        return [change for change in self.story.changes if (change.index, read.index) in self.before]

    def is_consistent(self) -> bool:
        """Each read by itself finds the last write in some order of those that it knows."""
        return not self.is_thin_air() and all(
            any(_finds(order, read) for order in self.orders([*self.past(read), read]))
            for read in self.story.reads
        )

    def is_memory(self) -> bool:
        """Each session has one order of all the writes that it knows, in which its reads find the last."""
        if self.is_thin_air():
            return False
        for last in self.story.reads:
            own = [op for op in self.story.reads if op.process == last.process and op.precedes(last)]
            seen = [*self.past(last), *own, last]
            if not any(all(_finds(order, read) for read in (*own, last)) for order in self.orders(seen)):
                return False
        return True

    def is_convergent(self) -> bool:
        """There is one order of all writes in which each read finds the last of those that it knows."""
        if self.is_thin_air():
            return False
        pasts = [(read, {change.index for change in self.past(read)}) for read in self.story.reads]
        return any(
            all(_finds([op for op in order if op.index in past] + [read], read) for read, past in pasts)
            for order in self.orders(self.story.changes)
        )

    def orders(self, operations: Sequence[Operation]) -> Iterator[list[Operation]]:
        """All orders that keep what comes before what."""
        if not operations:
            yield []
        for first in operations:
            rest = [operation for operation in operations if operation is not first]
            if not any((other.index, first.index) in self.before for other in rest):
                yield from ([first, *others] for others in self.orders(rest))


def _finds(order: Sequence[Operation], read: Operation) -> bool:
    """Does the read find what was written last before it?"""
    value = None
    for operation in order:
        if operation is read:
            return bool(value == read.value)
        if operation.f != "read" and operation.key == read.key:
            value = None if operation.f == "delete" else operation.value
    raise AssertionError("the read is in the order")
