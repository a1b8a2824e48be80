"""The laws of operational transformation, and of drafts behind a leader that puts them into an order."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from services.messages.edits import Ordered, Splice
from services.texts.drafts import Draft, put_into_order
from services.texts.splices import apply, rebased, text_of, transformed

NAMES = ("ann", "bob", "cem")
TEXT = list("abcdefg")


def splices(length: int) -> st.SearchStrategy[Splice]:
    inserts = st.builds(Splice, st.just("insert"), st.integers(0, length), st.text("xyz", min_size=1))
    return inserts | st.builds(Splice, st.just("erase"), st.integers(0, length - 1))


def after(text: Sequence[str], *splices: Splice) -> list[str]:
    changed = list(text)
    for splice in splices:
        apply(changed, splice)
    return changed


@given(splices(len(TEXT)), splices(len(TEXT)), st.booleans())
def test_both_orders_come_to_the_same_text(one: Splice, other: Splice, one_is_left: bool) -> None:
    """TP1."""
    first = after(TEXT, one, transformed(other, one, not one_is_left))
    assert first == after(TEXT, other, transformed(one, other, one_is_left))


@given(splices(len(TEXT)), splices(len(TEXT)), st.booleans())
def test_whatever_was_typed_is_there_and_what_was_erased_is_not(
    one: Splice, other: Splice, left: bool
) -> None:
    text = after(TEXT, one, transformed(other, one, not left))
    typed = [splice.element for splice in (one, other) if splice.f == "insert"]
    erased = [TEXT[splice.at] for splice in (one, other) if splice.f == "erase"]
    assert sorted(text) == sorted([*typed, *(each for each in TEXT if each not in erased)])


def test_runs_typed_at_one_place_are_not_mixed() -> None:
    run = [Splice("insert", place, element) for place, element in enumerate("abc")]
    other = [Splice("insert", place, element) for place, element in enumerate("xyz")]
    log = [Ordered(number, "ann", number, splice) for number, splice in enumerate(run, start=1)]
    assert "".join(after([], *run, *rebased(other, 1, "bob", log))) == "abcxyz"
    log = [replace(edit, editor="bob") for edit in log]
    assert "".join(after([], *run, *rebased(other, 1, "ann", log))) == "xyzabc"


@dataclass
class Room:
    """A leader with the order, and each editor's draft and how much of the order is known to that one."""

    order: list[Ordered] = field(default_factory=list)
    drafts: dict[str, Draft] = field(default_factory=lambda: dict.fromkeys(NAMES, Draft()))

    def show(self, name: str) -> list[str]:
        return self.drafts[name].text(self.order)

    def hear(self, name: str, upto: int) -> None:
        """The order comes over, so far."""
        known = max(upto, self.drafts[name].revision)
        self.drafts[name] = self.drafts[name].behind(self.order[:known], name)

    def send(self, name: str, draft: Draft) -> None:
        self.order += put_into_order(self.order, draft, name)


def play(seed: int) -> tuple[Room, list[str], list[str]]:
    """A hundred things happen; returns the room, what was typed, and what was erased."""
    random, room = Random(seed), Room()
    typed, erased, late = list[str](), list[str](), list[tuple[str, Draft]]()
    for step in range(100):
        name, dice = random.choice(NAMES), random.random()
        text = room.show(name)
        if dice < 0.4:
            typed.append(f"{name}{step}")
            splice = Splice("insert", random.randint(0, len(text)), typed[-1])
            room.drafts[name] = room.drafts[name].plus(splice)
        elif dice < 0.5 and text:
            place = random.randrange(len(text))
            erased.append(text[place])
            room.drafts[name] = room.drafts[name].plus(Splice("erase", place))
        elif dice < 0.7:
            room.hear(name, random.randint(0, len(room.order)))
        elif dice < 0.9:
            room.send(name, room.drafts[name])
            late.append((name, room.drafts[name]))
        elif late:
            room.send(*late.pop(0))  # a request that everybody had given up arrives
    return room, typed, erased


@pytest.mark.parametrize("seed", range(150))
def test_all_editors_come_to_the_leaders_text(seed: int) -> None:
    room, typed, erased = play(seed)
    for name in NAMES:
        room.send(name, room.drafts[name])
    for name in NAMES:
        room.hear(name, len(room.order))
        assert room.drafts[name].splices == ()
    assert [room.show(name) for name in NAMES] == [text_of(room.order)] * len(NAMES)
    assert sorted(text_of(room.order)) == sorted(each for each in typed if each not in erased)


@pytest.mark.parametrize("seed", range(150))
def test_what_an_editor_shows_never_changes_its_order(seed: int) -> None:
    """All that one editor was shown fits together: of two elements the same one is on the left, always."""
    random, room = Random(seed), Room()
    left: dict[tuple[str, str, str], None] = {}
    for step in range(60):
        name = random.choice(NAMES)
        text = room.show(name)
        if random.random() < 0.6:
            splice = Splice("insert", random.randint(0, len(text)), f"{name}{step}")
            room.drafts[name] = room.drafts[name].plus(splice)
        else:
            room.send(name, room.drafts[name])
            room.hear(name, len(room.order))
        shown = room.show(name)
        for place, element in enumerate(shown):
            for right in shown[place + 1 :]:
                left[name, element, right] = None
                assert (name, right, element) not in left


@given(st.data())
def test_editors_who_type_in_runs_keep_them_together(data: st.DataObject) -> None:
    """Two type forwards at one place and see nothing of each other: two runs, one behind the other."""
    room = Room()
    runs = {name: [f"{name}{n}" for n in range(data.draw(st.integers(1, 4)))] for name in ("ann", "bob")}
    for name, run in runs.items():
        for place, element in enumerate(run):
            room.drafts[name] = room.drafts[name].plus(Splice("insert", place, element))
            if data.draw(st.booleans()):
                room.send(name, room.drafts[name])  # it never sees the answer
    for name in runs:
        room.send(name, room.drafts[name])
    assert text_of(room.order) == [*runs["ann"], *runs["bob"]]


@pytest.mark.parametrize(
    "draft", [Draft(1), Draft(0, 1, (Splice("erase", 0),)), Draft(0, 1, (Splice("insert", 1, "x"),))]
)
def test_a_draft_of_nowhere_is_refused(draft: Draft) -> None:
    with pytest.raises(IndexError):
        put_into_order([], draft, "ann")
