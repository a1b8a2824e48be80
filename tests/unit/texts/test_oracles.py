"""Our own text types beside those of others, as oracles: python-ottype, and Yjs as pycrdt binds it.

Transformation of two splices has one right answer, up to who stands on the left, so there every text must be
the same. Two replicated data types may order what was typed at one place at once as they like. What both must
do: keep every character that nobody erased, erase the others, and put nothing between two characters in
another order than somebody has seen. Where everybody hears of everything before the next edit, or no two type
at one place, nothing is left open, and the texts must be the same.
"""

import string
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.messages.edits import Grown, Ordered, Splice
from services.texts.drafts import Draft, put_into_order
from services.texts.sequence import Sequence as Grower
from services.texts.splices import apply, text_of, transformed

ottype: Any = pytest.importorskip("ottype", reason="python-ottype is there for Python before 3.14")
pycrdt: Any = pytest.importorskip("pycrdt")

NAMES = ("ann", "bob", "cem")
CHARACTERS = string.ascii_letters + string.digits
TEXT = "abcdefg"


def splices(length: int) -> st.SearchStrategy[Splice]:
    inserts = st.builds(Splice, st.just("insert"), st.integers(0, length), st.sampled_from("xyz"))
    return inserts | st.builds(Splice, st.just("erase"), st.integers(0, length - 1))


def as_ot(splice: Splice, text: str) -> list[Any]:
    """The splice as ottype has it, who says of an erasure what was there."""
    skipped: list[Any] = [splice.at] if splice.at else []
    if splice.f == "insert":
        return [*skipped, splice.element]
    return [*skipped, {"d": text[splice.at]}] if splice.f == "erase" else []


def done(text: str, *some: Splice) -> str:
    changed = list(text)
    for splice in some:
        apply(changed, splice)
    return "".join(changed)


@given(splices(len(TEXT)), splices(len(TEXT)), st.booleans())
def test_two_splices_are_transformed_as_by_ottype(one: Splice, other: Splice, is_left: bool) -> None:
    """TP1 holds on both sides, and comes to the same text."""
    sides = ("left", "right") if is_left else ("right", "left")
    their_one, their_other = as_ot(one, TEXT), as_ot(other, TEXT)
    first = ottype.apply(ottype.apply(TEXT, their_other), ottype.transform(their_one, their_other, sides[0]))
    second = ottype.apply(ottype.apply(TEXT, their_one), ottype.transform(their_other, their_one, sides[1]))
    assert first == second
    assert done(TEXT, other, transformed(one, other, is_left)) == first
    assert done(TEXT, one, transformed(other, one, not is_left)) == first


@given(st.randoms(use_true_random=False), st.integers(1, 6), st.integers(0, 6))
def test_a_draft_behind_an_order_is_transformed_as_by_ottype(random: Random, mine: int, theirs: int) -> None:
    """One types or erases some characters while others' are put into the order, which the leader does."""
    order = _typed(random, TEXT, theirs, "bob", CHARACTERS[26:])
    draft = _typed(random, TEXT, mine, "ann", CHARACTERS[40:])
    begun = tuple(Ordered(n, "zoe", n, Splice("insert", n - 1, c)) for n, c in enumerate(TEXT, start=1))
    ordered = [*begun, *(Ordered(len(begun) + n, "bob", n, each) for n, each in enumerate(order, start=1))]
    fresh = put_into_order(ordered, Draft(len(begun), 1, tuple(draft)), "ann")
    ours = "".join(text_of([*ordered, *fresh]))
    left = _composed(TEXT, draft)
    there = ottype.apply(TEXT, _composed(TEXT, order)) if order else TEXT
    oracle = ottype.apply(there, ottype.transform(left, _composed(TEXT, order), "left"))
    assert sorted(ours) == sorted(oracle), "the same characters, whatever stands at one place"
    for text in (done(TEXT, *draft), done(TEXT, *order)):
        assert _is_kept(text, ours) and _is_kept(text, oracle)
    if not _meet(draft, order):
        assert ours == oracle


def _typed(random: Random, text: str, count: int, who: str, characters: str) -> list[Splice]:
    """Some edits one after the other; what is inserted is nowhere else."""
    made: list[Splice] = []
    now = list(text)
    for number in range(count):
        if now and random.random() < ERASES:
            made.append(Splice("erase", random.randrange(len(now))))
        else:
            made.append(Splice("insert", random.randint(0, len(now)), characters[number]))
        apply(now, made[-1])
    return made


ERASES = 0.4


def _composed(text: str, some: Sequence[Splice]) -> list[Any]:
    """All of them as one of ottype's."""
    whole: list[Any] = []
    now = text
    for splice in some:
        whole = ottype.compose(whole, as_ot(splice, now))
        now = done(now, splice)
    return whole


def _is_kept(seen: str, text: str) -> bool:
    """Whether what somebody saw is in the text in that order, as far as it is there."""
    return [each for each in seen if each in text] == [each for each in text if each in seen]


def _meet(some: Sequence[Splice], others: Sequence[Splice]) -> bool:
    """Whether both insert something, so that they may have done it at one place."""
    return any(each.f == "insert" for each in some) and any(each.f == "insert" for each in others)


class Person:
    """One editor with both: our sequence, and a document of Yjs."""

    def __init__(self, name: str) -> None:
        self.name, self.ours = name, Grower()
        self.doc = pycrdt.Doc(client_id=NAMES.index(name) + 1)
        self.theirs = self.doc.get("text", type=pycrdt.Text)

    def insert(self, place_of: Callable[[int], int], character: str) -> None:
        """At the same neighbour in both texts: behind one that both show, or in front."""
        text = self.ours.text
        place = place_of(len(text))
        beside = text[place - 1] if place else None
        self.ours.add([self.ours.inserted(self.name, place, character)])
        shown = str(self.theirs)
        self.theirs.insert(shown.index(beside) + 1 if beside is not None else 0, character)

    def erase(self, character: str) -> None:
        self.ours.add([self.ours.erased(self.name, self.ours.text.index(character))])
        place = str(self.theirs).index(character)
        del self.theirs[place]

    def hear(self, other: "Person") -> None:
        """Of all that the other knows."""
        edits: tuple[Grown, ...] = other.ours.edits
        self.ours.add(edits)
        self.doc.apply_update(other.doc.get_update(self.doc.get_state()))


def play(seed: int, *, at_once: bool) -> tuple[list[Person], set[str], list[str], list[str]]:
    """Three people type and erase; who does so `at_once` hears of the others now and then, else always.

    Returns them, what is to be there in the end, and every text that somebody saw, ours and theirs.
    """
    random = Random(seed)
    people = [Person(name) for name in NAMES]
    typed, erased, ours, theirs = list[str](), set[str](), list[str](), list[str]()
    for character in CHARACTERS[:40]:
        person = random.choice(people)
        text = person.ours.text
        if text and random.random() < ERASES:
            gone = random.choice(text)
            erased.add(gone)
            person.erase(gone)
        else:
            person.insert(lambda length: random.randint(0, length), character)
            typed.append(character)
        listeners = people if not at_once else random.sample(people, random.randint(0, 2))
        for listener in listeners:
            if listener is not person:
                listener.hear(person)
        ours += ["".join(each.ours.text) for each in people]
        theirs += [str(each.theirs) for each in people]
    for person in (*people, *people):
        for other in people:
            person.hear(other)
    return people, {*typed} - erased, ours, theirs


@pytest.mark.parametrize("seed", range(60))
def test_one_after_the_other_our_text_is_that_of_yjs(seed: int) -> None:
    people, _, _, _ = play(seed, at_once=False)
    for person in people:
        assert "".join(person.ours.text) == str(person.theirs)


@pytest.mark.parametrize("seed", range(150))
def test_at_once_both_keep_the_same_characters_and_every_order_that_was_seen(seed: int) -> None:
    people, expected, ours, theirs = play(seed, at_once=True)
    texts = {"".join(person.ours.text) for person in people}
    oracles = {str(person.theirs) for person in people}
    assert len(texts) == len(oracles) == 1, "each converges"
    (text,), (oracle,) = texts, oracles
    assert sorted(text) == sorted(oracle) == sorted(expected)
    assert all(_is_kept(seen, text) for seen in ours)
    assert all(_is_kept(seen, oracle) for seen in theirs)


def test_of_two_runs_typed_at_one_place_neither_is_torn_apart_here_or_in_yjs() -> None:
    ann, bob = Person("ann"), Person("bob")
    for place, (one, other) in enumerate(zip("abcde", "vwxyz", strict=True)):
        ann.insert(lambda _, place=place: place, one)  # type: ignore[misc]
        bob.insert(lambda _, place=place: place, other)  # type: ignore[misc]
    ann.hear(bob)
    bob.hear(ann)
    for person in (ann, bob):
        assert "".join(person.ours.text) in ("abcdevwxyz", "vwxyzabcde")
        assert str(person.theirs) in ("abcdevwxyz", "vwxyzabcde")
