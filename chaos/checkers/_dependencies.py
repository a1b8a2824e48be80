"""Which transaction must come before which, and why: Adya's dependencies (1999), and the order in time.

`ww`: it appended the element before. `wr`: it appended the last element that the other read. `rw`: it read
the list without the other's element. `so`: the same session did it first. `rt`: it was over before the other
began. Where many read all of a list and many appended to it afterwards, the rw edges go through one node that
is no transaction (`via`, then rw): as many edges as nodes, not their product. Of the order in time only what
the rest does not imply is kept, as Elle does it: at most an edge for each pair that was under way at once.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import count, pairwise
from math import inf
from typing import Literal, NamedTuple, TypeAlias

from chaos.checkers._levels import SESSION, STRICT
from chaos.checkers._transactions import Append, ListKey
from chaos.checkers._versions import Versions
from chaos.checkers._words import shown
from chaos.history import Operation

Kind: TypeAlias = Literal["ww", "wr", "so", "rt", "via", "rw"]  # the stronger first


class Why(NamedTuple):
    """What an edge rests on: a list, and one or two elements of it."""

    kind: Kind
    key: ListKey = None
    element: object = None
    before: object = None

    def words(self) -> str:
        """For instance `the latter read 1`."""
        match self.kind:
            case "ww":
                return f"{shown(self.before)} was appended to {shown(self.key)} before {shown(self.element)}"
            case "wr":
                return f"the latter read {shown(self.element)}"
            case "so":
                return "the same session did it first"
            case "rt":
                return "it was over before the other began"
            case _:
                return f"the former read {shown(self.key)} without {shown(self.element)}"


@dataclass
class Dependencies:
    """`edges[kind][one][other]`, nodes being indexes of operations; `operations` has what is not `via`."""

    operations: dict[int, Operation] = field(default_factory=dict)
    edges: dict[Kind, dict[int, dict[int, Why]]] = field(default_factory=lambda: defaultdict(dict))
    _invented: "count[int]" = field(default_factory=lambda: count(-1, -1))

    @classmethod
    def of(cls, versions: Versions, level: int) -> "Dependencies":
        """All that this level looks at."""
        these = cls()
        for append in versions.placed:
            these.operations[append.by.index] = append.by
        for read, _ in versions.reads:
            these.operations[read.by.index] = read.by
        these._of_writers(versions)
        these._of_readers(versions)
        everyone = sorted(these.operations.values(), key=lambda operation: operation.index)
        if level >= SESSION:
            sessions: dict[object, list[Operation]] = defaultdict(list)
            for operation in everyone:
                sessions[operation.session or operation.process].append(operation)
            for session in sessions.values():
                these._in_time("so", session)
        if level >= STRICT:
            these._in_time("rt", everyone)
        return these

    def add(self, one: int, other: int, why: Why) -> None:
        """`one` comes before `other`; the first reason for it is kept."""
        if one != other:
            self.edges[why.kind].setdefault(one, {}).setdefault(other, why)

    def _of_writers(self, versions: Versions) -> None:
        for key, appends in versions.order.items():
            for one, other in pairwise(appends):
                self._overwritten(one, other)
            for unread in versions.unread.get(key, ()) if appends else ():
                self._overwritten(appends[-1], unread)

    def _overwritten(self, one: Append, other: Append) -> None:
        self.add(one.by.index, other.by.index, Why("ww", one.key, other.element, one.element))

    def _of_readers(self, versions: Versions) -> None:
        read_all: dict[ListKey, dict[int, None]] = defaultdict(dict)
        for read, length in versions.reads:
            order = versions.order[read.key]
            if length:
                last = order[length - 1]
                self.add(last.by.index, read.by.index, Why("wr", read.key, last.element))
            if length < len(order):
                following = order[length]
                self.add(read.by.index, following.by.index, Why("rw", read.key, following.element))
            else:
                read_all[read.key][read.by.index] = None
        for key, readers in read_all.items():
            if unread := versions.unread.get(key):
                self._missed(key, list(readers), unread)

    def _missed(self, key: ListKey, readers: list[int], unread: list[Append]) -> None:
        """A reader of the whole list missed what was appended afterwards, except its own appends.

        So a reader that appended itself does not go through the common node, which leads to it as well. If
        there are several of these, that is a ring (a lost update), and edges to the first show it.
        """
        writers = {append.by.index: append for append in unread}
        both = [reader for reader in readers if reader in writers]
        common = next(self._invented)
        for reader in readers:
            if reader not in writers:
                self.add(reader, common, Why("via", key))
            elif reader != both[0]:
                self.add(reader, both[0], Why("rw", key, writers[both[0]].element))
        for writer, append in writers.items():
            self.add(common, writer, Why("rw", key, append.element))
            if both:
                self.add(both[0], writer, Why("rw", key, append.element))

    def _in_time(self, kind: Kind, operations: Iterable[Operation]) -> None:
        """Edges between operations, which come in the order in which they began.

        What is `over` begins an edge unless another that is over began only after it.
        """
        under_way: list[Operation] = []
        over: list[Operation] = []
        for operation in operations:
            over += [other for other in under_way if other.end < operation.index]
            under_way = [other for other in under_way if other.end >= operation.index]
            latest_start = max((other.index for other in over), default=-1)
            over = [other for other in over if other.end > latest_start]
            for other in over:
                self.add(other.index, operation.index, Why(kind))
            if operation.end < inf:
                under_way.append(operation)
