"""What a client or a version knows of one key: a vector, and single dots beyond it.

A *dot* names one version: the node that made it, and its number among that node's versions of the key. A
plain vector cannot say "I know the third, but not the second", which is what a client knows after it wrote
concurrently with others. So a past is a vector and a few dots beyond it, and a dot that closes a gap goes
into the vector (Preguiça, Baquero, Almeida et al.: Dotted Version Vectors, 2010).
"""

import re
from dataclasses import dataclass
from functools import lru_cache, reduce
from typing import NamedTuple

from services.errors import LabError

_PART = re.compile(r"([A-Za-z0-9][A-Za-z0-9_.-]{0,63})([:+])([1-9][0-9]{0,14})").fullmatch


class Dot(NamedTuple):
    """A version of a key: the `count`-th of `node`, from 1."""

    node: str
    number: int


@dataclass(frozen=True)
class Past:
    """Each node's dots up to its count in `vector`, and `dots` beyond; both sorted. Made by `past_of`."""

    vector: tuple[tuple[str, int], ...] = ()
    dots: tuple[Dot, ...] = ()

    def knows(self, dot: Dot) -> bool:
        """Is that version in this past?"""
        return dict(self.vector).get(dot.node, 0) >= dot.number or dot in self.dots

    def newest_of(self, node: str) -> int:
        """The number of the newest version of `node` in it; 0 for none."""
        return max([dict(self.vector).get(node, 0), *(dot.number for dot in self.dots if dot.node == node)])

    def with_dot(self, dot: Dot) -> "Past":
        """This past plus that version."""
        return past_of(dict(self.vector), (*self.dots, dot))

    def merged(self, other: "Past") -> "Past":
        """The union of both."""
        vector = dict(self.vector)
        for node, count in other.vector:
            vector[node] = max(vector.get(node, 0), count)
        return past_of(vector, (*self.dots, *other.dots))

    def __str__(self) -> str:
        """For instance `n1:3,n2:1,n2+4`; empty if nothing is known."""
        counts = [f"{node}:{count}" for node, count in self.vector]
        return ",".join([*counts, *(f"{dot.node}+{dot.number}" for dot in self.dots)])


NOTHING = Past()


def past_of(vector: dict[str, int], dots: tuple[Dot, ...] = ()) -> Past:
    """The past made of these: dots within the vector are dropped, those next to it go into it."""
    counts, beyond = dict(vector), []
    for dot in sorted(set(dots)):
        known = counts.get(dot.node, 0)
        if dot.number == known + 1:
            counts[dot.node] = dot.number
        elif dot.number > known:
            beyond.append(dot)
    return Past(tuple(sorted(item for item in counts.items() if item[1])), tuple(beyond))


def merged(pasts: list[Past]) -> Past:
    """The union of all of them."""
    return reduce(Past.merged, pasts, NOTHING)


@lru_cache(maxsize=4096)
def past_in(text: str) -> Past:
    """The past that `str` turned into `text`. Raises `LabError` bad-request."""
    vector: dict[str, int] = {}
    dots: list[Dot] = []
    for part in text.split(",") if text else ():
        found = _PART(part)
        if found is None:
            raise LabError("bad-request", f"the context {text!r} was not given by this cluster; read again")
        node, kind, number = found[1], found[2], int(found[3])
        if kind == ":":
            vector[node] = max(vector.get(node, 0), number)
        else:
            dots.append(Dot(node, number))
    return past_of(vector, tuple(dots))
