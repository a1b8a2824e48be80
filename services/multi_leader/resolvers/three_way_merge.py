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
        return ("\n".join(merged(held, heads).lines),)


class Line(NamedTuple):
    """A text, all versions that went into it, and whose it is. A line of history, as a branch has one."""

    lines: list[str]
    versions: frozenset[Dot]
    name: str


def merged(history: Sequence[Change], heads: Sequence[Change]) -> Line:
    """What all the `heads` come to, one after the other."""
    first, *others = (_line_of(history, head) for head in heads)
    for other in others:
        first = _merge(history, first, other)
    return first


def _merge(history: Sequence[Change], ours: Line, theirs: Line) -> Line:
    both = ours.versions & theirs.versions
    common = [version for version in history if dot_of(version) in both]
    bases = newest(common)
    base = merged(common, bases).lines if bases else []
    lines = diff3.merge(base, ours.lines, theirs.lines, (ours.name, theirs.name))
    return Line(lines, ours.versions | theirs.versions, f"{ours.name}+{theirs.name}")


def _line_of(history: Sequence[Change], head: Change) -> Line:
    value = head.operation.value
    lines = value.split("\n") if isinstance(value, str) else []
    past = (dot_of(version) for version in history if knew(head, version))
    return Line(lines, frozenset((*past, dot_of(head))), head.origin)


RESOLVER = ThreeWayMerge()
