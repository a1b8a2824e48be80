"""Texts are merged as Git does it: line by line, by what each side has changed since they parted.

All versions are kept, and each says which others its author knew: that is a history. If several of the newest
(the *heads*) are concurrent, a reader is shown their merge. The *merge base* of two heads is the newest
version that both descend from. What either changed since is taken over; where both changed the same lines,
both are shown between conflict markers. If one version descends from the other there is nothing to merge:
that is a *fast-forward*. If there are several bases (two people merged the same two versions differently),
these are merged first, as in Git's `recursive` strategy.

The next writer has seen the merged text, so the new version descends from all heads: the merge commit. If
some values are not texts, readers see all of them.
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
        """See `Resolver`. The heads come last."""
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
    """A text, all versions that went into it, and whose it is: a line of history, like a branch."""

    lines: list[str]
    versions: frozenset[Dot]
    name: str


class History:
    """All versions of a page, older ones first. It remembers merges, because bases recur."""

    def __init__(self, versions: Sequence[Change]) -> None:
        self._versions = {dot_of(version): version for version in versions}
        self._pasts: dict[Dot, frozenset[Dot]] = {}
        self._merged: dict[tuple[Dot, ...], Line] = {}

    def merged(self, heads: Sequence[Change]) -> Line:
        """The merge of all `heads`, one after the other."""
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
