"""Names that writers put in and take out: a removal takes out only what its writer had seen.

Each entry carries the *dots* of the changes that put it there, and each state also says which dots it has
*seen*. If one state has an entry that the other lacks, the entry is either news to the other or was removed
there: it was removed if the other has seen its dot. So no tombstones are kept. Removing a name removes the
dots that the remover saw; an addition it did not see survives: add wins. (Bieniusa et al.: An Optimized
Conflict-free Replicated Set, 2012; Almeida, Shoker, Baquero: Delta State Replicated Data Types, 2018.)
"""

from collections.abc import Iterator
from typing import Any

import msgspec

from services.versions import dotted
from services.versions.dotted import NOTHING, Dot, Past


class Observed(msgspec.Struct, frozen=True, omit_defaults=True):
    """The value that each dot gave to a name, and all dots that were seen, as the text of a `Past`."""

    entries: dict[str, dict[str, Any]] = {}
    seen: str = ""

    def __bool__(self) -> bool:
        """True if there was ever anything here."""
        return bool(self.seen)


def joined(one: Observed, other: Observed) -> Observed:
    """The join of the two."""
    mine, theirs = dotted.past_in(one.seen), dotted.past_in(other.seen)
    entries: dict[str, dict[str, Any]] = {}
    for name in sorted(one.entries.keys() | other.entries.keys()):
        here, there = one.entries.get(name, {}), other.entries.get(name, {})
        kept = {
            **{dot: value for dot, value in here.items() if dot in there or not theirs.knows(_dot_in(dot))},
            **{dot: value for dot, value in there.items() if dot in here or not mine.knows(_dot_in(dot))},
        }
        if kept:
            entries[name] = dict(sorted(kept.items()))
    return Observed(entries, str(mine.merged(theirs)))


def put(state: Observed, name: str, value: Any, dot: Dot, known: Past) -> Observed:
    """What changes when `dot` gives the name a value in place of the `known` ones."""
    return Observed({name: {_text_of(dot): value}}, str(_replaced(state, name, known).with_dot(dot)))


def remove(state: Observed, name: str, dot: Dot, known: Past) -> Observed:
    """What changes when `dot` removes what is `known` of the name."""
    return Observed({}, str(_replaced(state, name, known).with_dot(dot)))


def _replaced(state: Observed, name: str, known: Past) -> Past:
    past = NOTHING
    for dot in _dots(state, name):
        if known.knows(dot):
            past = past.with_dot(dot)
    return past


def _dots(state: Observed, name: str) -> Iterator[Dot]:
    return map(_dot_in, state.entries.get(name, {}))


def _dot_in(text: str) -> Dot:
    node, _, number = text.rpartition(":")
    return Dot(node, int(number))


def _text_of(dot: Dot) -> str:
    return f"{dot.node}:{dot.number}"
