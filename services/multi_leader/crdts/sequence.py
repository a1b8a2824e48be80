"""A list into which several may insert at once (RGA: Roh et al. 2011; the proof: Attiya et al. 2016).

An element is inserted *after* another one, not at a number: numbers shift while somebody else inserts. So the
list is a tree, each element below the one it was put after, and is read from the top down. Of several after
the same one the newest comes first, for whoever inserted it had seen the others or knew nothing of them. What
is removed stays as a tombstone: somebody may be inserting after it.
"""

from collections.abc import Iterator
from typing import Any, TypeAlias

import msgspec

from services.store.effects import canonical

Id: TypeAlias = str  # microseconds, number and leader of the change that inserted it
START: Id = ""


class Sequence(msgspec.Struct, frozen=True, omit_defaults=True):
    """Each element with what it stands after, and the ids of those that were removed."""

    elements: dict[Id, tuple[Id, Any]] = {}
    gone: tuple[Id, ...] = ()

    def __bool__(self) -> bool:
        """Was there ever anything here?"""
        return bool(self.elements or self.gone)


def new_id(time_us: int, number: int, node: str) -> Id:
    """Larger than every id that its leader has seen, if its clock is."""
    return f"{time_us}.{number}.{node}"


def joined(one: Sequence, other: Sequence) -> Sequence:
    """What somebody has who has heard of both."""
    elements = dict(sorted((one.elements | other.elements).items()))
    return Sequence(elements, tuple(sorted({*one.gone, *other.gone})))


def insert(state: Sequence, element: Any, after: Any, new: Id) -> Sequence:
    """What changes when `element` comes right behind `after` (None: to the front).

    Raises `ValueError` when there never was such an element.
    """
    place = START if after is None else _find(state, after)
    if place is None:
        raise ValueError(f"{after!r} is not in the list")
    return Sequence({new: (place, element)})


def remove(state: Sequence, element: Any) -> Sequence:
    """What changes when that element is taken out, everywhere in the list."""
    same = canonical(element)
    there = (at for at, value in _walk(state) if at not in state.gone and canonical(value) == same)
    return Sequence(gone=tuple(sorted(there)))


def values(state: Sequence) -> list[Any]:
    """What a reader sees. An element whose place has not come over yet is not shown."""
    gone = frozenset(state.gone)
    return [value for at, value in _walk(state) if at not in gone]


def _find(state: Sequence, element: Any) -> Id | None:
    """The first element of that value; one that was removed only where there is no other."""
    same = canonical(element)
    return next((at for at, value in _everything(state) if canonical(value) == same), None)


def _everything(state: Sequence) -> Iterator[tuple[Id, Any]]:
    """What is there first, then what was removed."""
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
