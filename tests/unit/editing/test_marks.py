"""What a page asks of a device: whatever else has changed, the right characters are typed and erased."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chaos.editing.marks import MOST_INSERTED, Splice, character, keystrokes, marked
from services.multi_leader.documents.keystrokes import keystroke_in
from services.texts.splices import apply

LETTERS = st.text("ab\n🦜", max_size=6)


def typed(text: str, author: str) -> list[str]:
    return [marked(letter, author, number) for number, letter in enumerate(text)]


def after(text: list[str], strokes: list[dict[str, Any]]) -> list[str]:
    changed = list(text)
    for stroke in strokes:
        apply(changed, keystroke_in(stroke).on(changed))
    return changed


@given(LETTERS, st.data())
def test_on_an_unchanged_text_it_is_what_the_user_sees(text: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(text)))
    erase, insert = data.draw(st.integers(0, len(text) - at)), data.draw(LETTERS)
    now = typed(text, "ann")
    changed = after(now, keystrokes(Splice(7, at, erase, insert), now, now, "bob", 100))
    assert "".join(map(character, changed)) == text[:at] + insert + text[at + erase :]


@given(LETTERS, LETTERS, st.data())
def test_on_a_changed_text_the_rest_stays_and_words_stay_whole(
    text: str, others: str, data: st.DataObject
) -> None:
    then = typed(text, "ann")
    now = [element for element in then if data.draw(st.booleans())]
    place = data.draw(st.integers(0, len(now)))
    now[place:place] = typed(others, "cem")
    at = data.draw(st.integers(0, len(then)))
    erase, insert = data.draw(st.integers(0, len(then) - at)), data.draw(LETTERS)
    changed = after(now, keystrokes(Splice(7, at, erase, insert), then, now, "bob", 100))
    mine = [marked(letter, "bob", 100 + offset) for offset, letter in enumerate(insert)]
    assert [each for each in changed if each not in mine] == [
        each for each in now if each not in then[at : at + erase]
    ]
    if mine:
        begin = changed.index(mine[0])
        assert changed[begin : begin + len(mine)] == mine
        left = [element for element in then[:at] if element in now]
        assert begin == (changed.index(left[-1]) + 1 if left else 0)


@pytest.mark.parametrize("odd", [(-1, 0, ""), (0, -1, ""), (0, 0, "x" * (MOST_INSERTED + 1))])
def test_what_cannot_be_is_refused(odd: tuple[int, int, str]) -> None:
    with pytest.raises(ValueError, match=r"negative|more than"):
        Splice(0, *odd)
