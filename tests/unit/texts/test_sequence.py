"""The laws of a text as a replicated data type: its edits are a set, and that is all there is to them."""

from random import Random

import pytest

from services.messages.edits import Grown, Id
from services.texts.sequence import Sequence

NAMES = ("ann", "bob", "cem")
SEEDS = range(150)


def play(seed: int) -> tuple[list[Sequence], list[str], list[str], list[list[str]]]:
    """People type and erase, and hear of each other now and then.

    Returns what each of them knows, what was typed, what was erased, and every text that somebody saw.
    """
    random = Random(seed)
    known = {name: Sequence() for name in NAMES}
    typed, erased, seen = list[str](), list[str](), list[list[str]]()
    for step in range(80):
        name, dice = random.choice(NAMES), random.random()
        text = known[name]
        if dice < 0.5:
            place = random.randint(0, len(text.text))
            typed.append(f"{name}{step}")
            text.add([text.inserted(name, place, typed[-1])])
            assert text.text[place] == typed[-1]
        elif dice < 0.65 and text.text:
            place = random.randrange(len(text.text))
            erased.append(text.text[place])
            text.add([text.erased(name, place)])
            assert erased[-1] not in text.text
        else:
            others = known[random.choice(NAMES)].edits
            text.add(random.sample(others, random.randint(0, len(others))))
        seen.append(text.text)
    return list(known.values()), typed, erased, seen


@pytest.mark.parametrize("seed", SEEDS)
def test_every_order_of_arrival_comes_to_the_same_text(seed: int) -> None:
    known, typed, erased, _ = play(seed)
    everything = [edit for text in known for edit in text.edits]
    for text in known:
        shuffled = [*everything, *everything[::3]]
        Random(seed).shuffle(shuffled)
        text.add(shuffled)
    texts = [text.text for text in known]
    assert texts == [texts[0]] * len(known)
    assert sorted(texts[0]) == sorted(each for each in typed if each not in erased)


@pytest.mark.parametrize("seed", SEEDS)
def test_all_that_anybody_saw_fits_into_one_order(seed: int) -> None:
    """The strong list specification of Attiya et al., with erased elements in it as well."""
    known, _, _, seen = play(seed)
    inserted = (edit for text in known for edit in text.edits if edit.element is not None)
    places = {element: place for place, element in enumerate(Sequence(inserted).text)}
    for text in seen:
        at = [places[element] for element in text]
        assert at == sorted(at)


def test_runs_typed_at_one_place_are_not_mixed() -> None:
    union = Sequence()
    for name in NAMES:
        alone = Sequence()
        for place in range(4):
            alone.add([alone.inserted(name, place, f"{name}{place}")])
        union.add(alone.edits)
    assert union.text == [f"{name}{place}" for name in reversed(NAMES) for place in range(4)]


def test_what_arrives_before_its_neighbour_waits() -> None:
    parent, child = Grown("ann", 1, 1, None, "a"), Grown("bob", 1, 2, Id(1, "ann"), "b")
    text = Sequence([child])
    assert text.text == []
    text.add([parent])
    assert text.text == ["a", "b"]


def test_an_element_may_be_typed_beside_one_that_is_erased_already() -> None:
    text = Sequence([Grown("ann", 1, 1, None, "a"), Grown("ann", 2, 2, Id(1, "ann"))])
    assert text.text == []
    text.add([Grown("bob", 1, 2, Id(1, "ann"), "b")])
    assert text.text == ["b"]


@pytest.mark.parametrize("place", [-1, 2])
def test_a_place_that_is_not_there_is_refused(place: int) -> None:
    text = Sequence([Grown("ann", 1, 1, None, "a")])
    with pytest.raises(IndexError):
        text.inserted("bob", place, "b")
