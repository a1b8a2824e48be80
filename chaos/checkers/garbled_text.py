"""Readers, or even one reader, were shown a text's elements in different orders, or one of them twice.

A text that several people edit is a list, and all reads of it must fit together: of two elements that two
readers both saw, the same one is on the left; and an element that was typed once is there once. That is the
list specification of Attiya, Burckhardt, Gotsman, Morrison, Yang and Zawirski (2016), in the weak form, which
operational transformation keeps as well. Writers see a word on their own screen as they type it, so this also
means that nobody's words come out in another order.

The evidence is the reads of clients and of the replicas' final contents. It judges the keys into which
clients `type`. Assumed, else unknown: some keystroke and some read succeeded, each element was typed once,
and every element seen was typed.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

from chaos.checkers._keys import UnreadableError, token
from chaos.checkers._passing import READ, TYPE, UNTESTED, passed
from chaos.checkers._words import answerer, seconds, sentence, shown, witness_of
from chaos.history import History, Operation
from chaos.judging.verdict import Finding, Witness, found, unknown

NAME = "garbled-text"


@dataclass(frozen=True, eq=False)
class Sight:
    """A read, and the place of each element that it showed; the first, of one that it showed twice."""

    read: Operation
    elements: tuple[object, ...]
    places: dict[object, int]

    @classmethod
    def of(cls, read: Operation) -> "Sight":
        """What that read showed. Raises `UnreadableError` for what is no list."""
        if not isinstance(read.value, list | None):
            raise UnreadableError(
                f"read {read.index} of the text {read.key} returned no list: {read.value!r}"
            )
        elements = tuple(token(element) for element in read.value or ())
        places = {element: len(elements) - 1 - back for back, element in enumerate(reversed(elements))}
        return cls(read, elements, places)


def check(history: History) -> Finding:
    """Found with one witness for each element shown twice, and for each pair of reads that do not fit."""
    typed: dict[object, list[Operation]] = {}
    for operation in history.client_operations:
        if operation.f == "type" and operation.key is not None:
            typed.setdefault(operation.key, []).append(operation)
    if not typed:
        return unknown(NAME, f"nobody typed into a text, {UNTESTED}")
    twice: list[Witness] = []
    clashes: list[Witness] = []
    for key in typed:
        sights = _sights(history, key)
        twice += [_shown_twice(sight) for sight in sights if len(sight.places) < len(sight.elements)]
        clashes += [_clash(one, other) for one, other in combinations(sights, 2) if _fall_out(one, other)]
    if twice or clashes:
        return found(NAME, len(twice) + len(clashes), [*twice, *clashes])
    doubt = next((text for key, strokes in typed.items() for text in _doubts(history, key, strokes)), None)
    return unknown(NAME, doubt) if doubt else passed(NAME, history.succeeded, TYPE, READ)


def _sights(history: History, key: object) -> Sequence[Sight]:
    """Each different text that somebody was shown, with the first read that showed it."""
    sights: dict[tuple[object, ...], Sight] = {}
    for read in history.operations:
        if read.f == "read" and read.key == key and read.outcome == "ok":
            sight = Sight.of(read)
            sights.setdefault(sight.elements, sight)
    return tuple(sights.values())


def _fall_out(one: Sight, other: Sight) -> tuple[object, object] | None:
    """Two neighbours, among the elements that both show, whose order differs; None when all fits."""
    both = [element for element in one.elements if element in other.places]
    pairs = pairwise(dict.fromkeys(both))
    return next(((a, b) for a, b in pairs if other.places[a] > other.places[b]), None)


def _doubts(history: History, key: object, strokes: Sequence[Operation]) -> Iterator[str]:
    counts = Counter(token(stroke.value) for stroke in strokes)
    for stroke in strokes:
        if counts[token(stroke.value)] > 1:
            yield f"{shown(stroke.value)} was typed into {key} more than once, so its place says nothing"
    for sight in _sights(history, key):
        for place, element in enumerate(sight.elements):
            if element not in counts:
                value = sight.read.value[place]
                yield f"read {sight.read.index} of {key} shows {shown(value)}, which nobody typed"


def _shown_twice(sight: Sight) -> Witness:
    counts = Counter(sight.elements)
    place = next(place for place, element in enumerate(sight.elements) if counts[element] > 1)
    text = f"{_reader(sight.read)} saw {shown(sight.read.value[place])} more than once in {sight.read.key}"
    return witness_of(sentence(text), sight.read)


def _clash(one: Sight, other: Sight) -> Witness:
    pair = _fall_out(one, other)
    assert pair is not None
    left, right = (shown(one.read.value[one.places[element]]) for element in pair)
    text = (
        f"{_reader(one.read)} saw {left} on the left of {right} in {one.read.key}; "
        f"{_reader(other.read)} saw them the other way round"
    )
    return witness_of(sentence(text), one.read, other.read)


def _reader(read: Operation) -> str:
    """For instance `process 3, who asked ann at 2.314 s,`."""
    who = "the final read" if read.final else f"process {read.process}, who asked"
    return f"{who} {'of ' if read.final else ''}{answerer(read)} at {seconds(read.invoked_ns)}"
