"""The session guarantees, spelt out over all pairs and triples of operations."""

from collections.abc import Iterator
from itertools import product

from chaos.history import History, Operation


class Story:
    """A history of registers, and what the definitions say of it."""

    def __init__(self, history: History) -> None:
        self.all = [op for op in history.client_operations if op.outcome != "fail"]
        self.changes = [op for op in self.all if op.f != "read"]
        self.reads = [op for op in self.all if op.f == "read" and op.outcome == "ok"]

    def traceable(self) -> bool:
        return all(None in self.sources(read) or self.sources(read) for read in self.reads)

    def sources(self, read: Operation) -> list[Operation | None]:
        """The changes that can have left what was read; None for the beginning."""
        if read.value is None:
            begun = [op for op in self.changes if op.key == read.key and op.f == "delete"]
            return [None, *(op for op in begun if op.index < read.end)]
        return [
            op
            for op in self.changes
            if (op.f, op.key, op.value) == ("write", read.key, read.value) and op.index < read.end
        ]

    def older(self, read: Operation, change: Operation | None) -> bool:
        """Does the read show a state older than that which `change` left, whichever it is?"""
        if change is None or change.key != read.key or not self.sources(read):
            return False
        return all(source is None or source.end < change.index for source in self.sources(read))

    def saw(self, read: Operation) -> Operation | None:
        sources = self.sources(read)
        return sources[0] if len(sources) == 1 else None

    def count(self, broken: Iterator[Operation]) -> int:
        return len({read.index for read in broken})

    def read_your_writes(self) -> Iterator[Operation]:
        for change, read in product(self.changes, self.reads):
            if change.process == read.process and change.precedes(read) and self.older(read, change):
                yield read

    def monotonic_reads(self, same_process: bool) -> Iterator[Operation]:
        for first, read in product(self.reads, self.reads):
            asks_again = first.precedes(read) and (first.process == read.process or not same_process)
            if asks_again and self.older(read, self.saw(first)):
                yield read

    def lacks(self, second: Operation, cause: Operation | None, effect: Operation) -> bool:
        """Does the read show a state older than `cause`, or `cause` itself in place of its effect?"""
        if cause is None:
            return False
        return self.older(second, cause) or (effect.key == second.key and self.saw(second) is cause)

    def sightings(self) -> Iterator[tuple[Operation, Operation]]:
        """An effect shown by a replica, and a later read at the same one."""
        for first, second in product(self.reads, self.reads):
            effect = self.saw(first)
            if effect and first.precedes(second) and (first.node, first.epoch) == (second.node, second.epoch):
                yield effect, second

    def monotonic_writes(self) -> Iterator[Operation]:
        for effect, second in self.sightings():
            for cause in self.changes:
                own = cause.process == effect.process and cause.precedes(effect)
                if own and self.lacks(second, cause, effect):
                    yield second

    def writes_follow_reads(self) -> Iterator[Operation]:
        for effect, second in self.sightings():
            for read in self.reads:
                own = read.process == effect.process and read.precedes(effect)
                if own and self.lacks(second, self.saw(read), effect):
                    yield second

    def prefix(self) -> Iterator[Operation]:
        for effect, second in self.sightings():
            for cause in self.changes:
                if cause.precedes(effect) and self.lacks(second, cause, effect):
                    yield second

    def come_before(self) -> set[tuple[int, int]]:
        """All pairs of which the first comes before the second: sessions, reads from writes, and on."""
        everything = [*self.changes, *self.reads]
        pairs = {(a.index, b.index) for a, b in product(everything, everything) if self.follows(a, b)}
        while more := {(a, d) for a, b in pairs for c, d in pairs if b == c} - pairs:
            pairs |= more
        return pairs

    def follows(self, a: Operation, b: Operation) -> bool:
        return (a.process == b.process and a.precedes(b)) or (b.f == "read" and self.saw(b) is a)

    def causality(self) -> Iterator[Operation]:
        before = self.come_before()
        for read in self.reads:
            known = [op for op in self.changes if op.key == read.key and (op.index, read.index) in before]
            sources = self.sources(read)
            if sources and all(
                any(source is None or (source.index, change.index) in before for change in known)
                for source in sources
            ):
                yield read
