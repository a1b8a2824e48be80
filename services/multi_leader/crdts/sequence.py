"""A list into which several leaders may insert at once (RGA: Roh et al. 2011; the proof: Attiya et al. 2016).

An element is inserted *after* another one, not at an index: indexes shift while others insert. So the list is
a tree, each element below the one it was inserted after, read from the top down. Of several elements after
the same one the newest comes first: its writer had seen the others or knew nothing of them. A removed element
stays as a tombstone, because another leader may be inserting after it.
"""

from collections.abc import Iterator
from typing import Any, TypeAlias

import msgspec

from services.store.effects import canonical

Id: TypeAlias = str  # microseconds, number and leader of the change that inserted it
START: Id = ""


class Sequence(msgspec.Struct, frozen=True, omit_defaults=True):
    """Each element with the one it comes after, and the ids of the removed ones."""

    elements: dict[Id, tuple[Id, Any]] = {}
    gone: tuple[Id, ...] = ()

    def __bool__(self) -> bool:
        """True if there was ever anything here."""
        return bool(self.elements or self.gone)


def new_id(time_us: int, number: int, node: str) -> Id:
    """An id larger than all that its leader has seen, provided its clock is ahead of theirs."""
    return f"{time_us}.{number}.{node}"


def joined(one: Sequence, other: Sequence) -> Sequence:
    """The join of the two."""
    elements = dict(sorted((one.elements | other.elements).items()))
    return Sequence(elements, tuple(sorted({*one.gone, *other.gone})))


def insert(state: Sequence, element: Any, after: Any, new: Id) -> Sequence:
    """What changes when `element` is put right after `after` (None: at the front).

    Raises `ValueError` if there never was such an element.
    """
    place = START if after is None else _find(state, after)
    if place is None:
        raise ValueError(f"{after!r} is not in the list")
    return Sequence({new: (place, element)})


def remove(state: Sequence, element: Any) -> Sequence:
    """What changes when every occurrence of that element is removed."""
    same = canonical(element)
    there = (at for at, value in _walk(state) if at not in state.gone and canonical(value) == same)
    return Sequence(gone=tuple(sorted(there)))


def values(state: Sequence) -> list[Any]:
    """What a reader sees. An element whose predecessor has not arrived is not shown."""
    gone = frozenset(state.gone)
    return [value for at, value in _walk(state) if at not in gone]


def _find(state: Sequence, element: Any) -> Id | None:
    """The first element with that value; a removed one only if there is no other."""
    same = canonical(element)
    return next((at for at, value in _everything(state) if canonical(value) == same), None)


def _everything(state: Sequence) -> Iterator[tuple[Id, Any]]:
    """The present elements first, then the removed ones."""
    gone = frozenset(state.gone)
    everything = list(_walk(state))
    yield from (each for each in everything if each[0] not in gone)
    yield from (each for each in everything if each[0] in gone)


def _walk(state: Sequence) -> Iterator[tuple[Id, Any]]:
    """All elements in the order of the list."""
    below: dict[Id, list[Id]] = {}
    for at, (after, _) in state.elements.items():
        below.setdefault(after, []).append(at)
    waiting = sorted(below.get(START, ()), key=_age)
    while waiting:
        at = waiting.pop()
        yield at, state.elements[at][1]
        waiting += sorted(below.get(at, ()), key=_age)


def _age(at: Id) -> tuple[int, int, str]:
    time_us, number, node = at.split(".", 2)
    return int(time_us), int(number), node
