"""Texts are merged as Git does it: line by line, by what each side changed since they were one.

All versions are kept, and each says which others its author knew: that is a history. Where the newest of them
(the *heads*) knew nothing of each other, a reader is shown what they come to. The *merge base* of two is the
newest version that both go back to; what either changed since is taken over, and where both changed the same
lines both are shown between conflict markers. Two heads of which one goes back to the other are none: that is
a *fast-forward*. Should there be several bases (two people merged the same two versions, each in his own way)
these are merged first, as by Git's `recursive` strategy.

Whoever writes next has seen the merged text, so his version goes back to all heads: the merge commit. What is
no text cannot be merged, and is shown beside the others.
"""

from collections.abc import Sequence
from typing import NamedTuple

from services.messages import Value
from services.messages.multi_leader import Change
from services.multi_leader.knowledge import dot_of, knew, newest, order
from services.multi_leader.resolvers import values_of
from services.multi_leader.texts import diff3
from services.versions.dotted import Dot


class ThreeWayMerge:
    """See `Resolver`."""

    blind_replaces = False
    keeps_history = True

    def keep(self, held: Sequence[Change], arrived: Change) -> tuple[Change, ...]:
        """See `Resolver`. The heads are the last."""
        versions = {dot_of(version): version for version in (*held, arrived)}
        heads = newest(list(versions.values()))
        are_heads = [dot_of(head) for head in heads]
        history = (version for dot, version in versions.items() if dot not in are_heads)
        return (*sorted(history, key=order), *heads)

    def count(self, held: Sequence[Change]) -> tuple[Change, ...]:
        """See `Resolver`."""
        return newest(held)

    def show(self, held: Sequence[Change]) -> tuple[Value, ...]:
        """See `Resolver`."""
        heads = [head for head in newest(held) if head.operation.f == "put"]
        if len(heads) < 2 or not all(isinstance(head.operation.value, str) for head in heads):
            return values_of(heads)
        return ("\n".join(History(held).merged(heads).lines),)


class Line(NamedTuple):
    """A text, all versions that went into it, and whose it is. A line of history, as a branch has one."""

    lines: list[str]
    versions: frozenset[Dot]
    name: str


class History:
    """All versions of a page, the older ones first. What was merged once is remembered: bases recur."""

    def __init__(self, versions: Sequence[Change]) -> None:
        self._versions = {dot_of(version): version for version in versions}
        self._pasts: dict[Dot, frozenset[Dot]] = {}
        self._merged: dict[tuple[Dot, ...], Line] = {}

    def merged(self, heads: Sequence[Change]) -> Line:
        """What all the `heads` come to, one after the other."""
        dots = tuple(map(dot_of, heads))
        if dots not in self._merged:
            first, *others = map(self._line_of, heads)
            for other in others:
                first = self._merge(first, other)
            self._merged[dots] = first
        return self._merged[dots]

    def _merge(self, ours: Line, theirs: Line) -> Line:
        both = ours.versions & theirs.versions
        bases = newest([version for dot, version in self._versions.items() if dot in both])
        base = self.merged(bases).lines if bases else []
        lines = diff3.merge(base, ours.lines, theirs.lines, (ours.name, theirs.name))
        return Line(lines, ours.versions | theirs.versions, f"{ours.name}+{theirs.name}")

    def _line_of(self, head: Change) -> Line:
        value, dot = head.operation.value, dot_of(head)
        if dot not in self._pasts:
            past = (each for each, version in self._versions.items() if knew(head, version))
            self._pasts[dot] = frozenset((*past, dot))
        lines = value.split("\n") if isinstance(value, str) else []
        return Line(lines, self._pasts[dot], head.origin)


RESOLVER = ThreeWayMerge()
