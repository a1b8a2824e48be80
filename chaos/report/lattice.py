"""Versions of a key as a lattice: an arrow from what a writer knew to what it wrote.

Two versions without a path of arrows between them are concurrent: neither writer knew of the other. The
drawing shows the key of which a read returned the most siblings, up to that read; if there is no room for all
of its versions, it shows the siblings and the newest of the others.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from chaos.history import Operation, canonical
from chaos.report.columns import shown

MOST, LONGEST = 24, 15
STEP_X, STEP_Y, MARGIN = 128.0, 34.0, 12.0


@dataclass(frozen=True)
class Node:
    """A version: its place, its text, the operation that wrote it, and whether the read returned it."""

    x: float
    y: float
    text: str
    index: int
    is_sibling: bool


@dataclass(frozen=True)
class Lattice:
    """The versions of `key`, the arrows between them, and how many siblings the read at `index` returned.

    Some of these may be `replaced`: the writer of another one knew them, so they are not really siblings.
    """

    key: str
    nodes: tuple[Node, ...]
    arrows: tuple[tuple[Node, Node], ...]
    siblings: int
    replaced: int
    index: int
    width: float
    height: float


def lattice(operations: Iterable[Operation]) -> Lattice | None:
    """The lattice worth looking at; None if no read returned siblings."""
    known = list(operations)
    reads = [each for each in known if each.f == "read" and each.siblings and not each.final]
    if not reads:
        return None
    read = max(reads, key=lambda each: (len(each.siblings or ()), -each.index))
    writes = [
        each
        for each in known
        if each.key == read.key and each.saw is not None and each.outcome != "fail" and each.index < read.end
    ]
    returned = {canonical(value) for value in read.siblings or ()}
    siblings = [each for each in writes if canonical(each.value) in returned]
    chosen = list(dict.fromkeys(each.index for each in [*siblings, *reversed(writes)]))
    drawn = set(chosen[: max(MOST, len(siblings))])
    return _drawn(read, [each for each in writes if each.index in drawn])


def _drawn(read: Operation, writes: Sequence[Operation]) -> Lattice:
    parents = _parents(writes)
    ancestors: list[set[int]] = []
    layers: list[int] = []
    for known in parents:
        ancestors.append({*known}.union(*(ancestors[each] for each in known)))
        layers.append(1 + max((layers[each] for each in known), default=-1))
    returned = {canonical(value) for value in read.siblings or ()}
    shown_too = [place for place, write in enumerate(writes) if canonical(write.value) in returned]
    rows = [layers[:place].count(layer) for place, layer in enumerate(layers)]
    nodes = tuple(
        Node(MARGIN + layer * STEP_X, MARGIN + row * STEP_Y, _text(write), write.index, place in shown_too)
        for place, (write, layer, row) in enumerate(zip(writes, layers, rows, strict=True))
    )
    return Lattice(
        key=str(read.key),
        nodes=nodes,
        arrows=tuple(
            (nodes[each], nodes[place])
            for place, known in enumerate(parents)
            for each in known
            if not any(each in ancestors[other] for other in known)  # else there is a longer way
        ),
        siblings=len(read.siblings or ()),
        replaced=sum(any(each in ancestors[other] for other in shown_too) for each in shown_too),
        index=read.index,
        width=2 * MARGIN + STEP_X * (1 + max(layers, default=0)),
        height=2 * MARGIN + STEP_Y * (1 + max(rows, default=0)),
    )


def _parents(writes: Sequence[Operation]) -> list[list[int]]:
    """For each write the places of those whose values its client had seen."""
    by_value: dict[bytes, int] = {}
    parents: list[list[int]] = []
    for place, write in enumerate(writes):
        saw = (by_value.get(canonical(value)) for value in write.saw or ())
        parents.append([each for each in saw if each is not None])
        by_value[canonical(write.value)] = place
    return parents


def _text(write: Operation) -> str:
    """The value, or of a list what its writer had not seen in any other."""
    text = "deleted" if write.f == "delete" else shown(write.value)
    if isinstance(write.value, list):
        before = [each for value in write.saw or () if isinstance(value, list) for each in value]
        text = " ".join(str(each) for each in write.value if each not in before) or "merged"
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
