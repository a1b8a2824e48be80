"""Three-way merges of texts: what each side changed is taken over, and nothing is lost.

`node_diff3.json` has 200 texts and what the library node-diff3 (3.2.1, MIT) makes of them; `node_diff3.js`
beside it made them, by `npm install node-diff3@3.2.1` and `node node_diff3.js`.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.multi_leader.texts.diff3 import chunks, merge

CASES = json.loads(Path(__file__).with_name("node_diff3.json").read_text("utf-8"))


def edits(who: str, base: list[str]) -> st.SearchStrategy[list[str]]:
    """The base with lines taken out, replaced, and put in; no new line is there twice."""

    def edited(choices: list[int]) -> list[str]:
        text: list[str] = []
        for place, (line, choice) in enumerate(zip([*base, ""], choices, strict=True)):
            text += [f"{who}{place}"] if choice in (1, 2) else []
            text += [line] if line and choice in (0, 2) else []
        return text

    return st.lists(st.integers(0, 3), min_size=len(base) + 1, max_size=len(base) + 1).map(edited)


@st.composite
def texts(draw: st.DrawFn) -> tuple[list[str], list[str], list[str]]:
    base = [f"o{number}" for number in range(draw(st.integers(0, 8)))]
    return base, draw(edits("a", base)), draw(edits("b", base))


@given(three=texts())
def test_who_changed_nothing_has_no_say(three: tuple[list[str], list[str], list[str]]) -> None:
    base, ours, theirs = three
    assert merge(base, ours, base) == ours
    assert merge(base, base, theirs) == theirs
    assert merge(base, ours, ours) == ours


@given(three=texts())
def test_no_new_line_is_lost_and_none_comes_from_nowhere(
    three: tuple[list[str], list[str], list[str]],
) -> None:
    base, ours, theirs = three
    merged = [line for line in merge(base, ours, theirs) if line[0] in "abo"]
    assert {line for line in (*ours, *theirs) if line[0] != "o"} <= set(merged)
    assert set(merged) <= {*ours, *theirs}
    assert {line for line in base if line in ours and line in theirs} <= set(merged)


@given(three=texts())
def test_a_line_that_one_took_out_is_gone_unless_the_other_changed_it(
    three: tuple[list[str], list[str], list[str]],
) -> None:
    base, ours, theirs = three
    conflicts = [chunk for chunk in chunks(base, ours, theirs) if chunk.merged is None]
    in_conflict = [line for chunk in conflicts for line in chunk.base]
    merged = merge(base, ours, theirs)
    gone = [line for line in base if line not in ours or line not in theirs]
    assert not [line for line in gone if line in merged and line not in in_conflict]


@given(three=texts())
def test_the_sides_may_be_swapped(three: tuple[list[str], list[str], list[str]]) -> None:
    base, ours, theirs = three
    swapped = [(chunk.base, chunk.theirs, chunk.ours) for chunk in chunks(base, theirs, ours)]
    assert swapped == [(chunk.base, chunk.ours, chunk.theirs) for chunk in chunks(base, ours, theirs)]


@given(three=texts())
def test_the_chunks_are_the_texts(three: tuple[list[str], list[str], list[str]]) -> None:
    base, ours, theirs = three
    cut = list(chunks(base, ours, theirs))
    assert [line for chunk in cut for line in chunk.base] == base
    assert [line for chunk in cut for line in chunk.ours] == ours
    assert [line for chunk in cut for line in chunk.theirs] == theirs


@pytest.mark.parametrize("number", range(len(CASES)))
def test_it_comes_to_what_node_diff3_comes_to(number: int) -> None:
    case: dict[str, Any] = CASES[number]
    expected: list[str] = []
    for part in case["merged"]:
        conflict = ["<<<<<<< a", *part.get("ours", ()), "=======", *part.get("theirs", ()), ">>>>>>> b"]
        expected += part.get("ok", conflict)
    assert merge(case["base"], case["ours"], case["theirs"], ("a", "b")) == expected


def test_a_conflict_is_shown_as_git_shows_it() -> None:
    assert merge(["1", "2", "3"], ["1", "B", "3"], ["1", "C", "3"], ("n1", "n2")) == [
        *("1", "<<<<<<< n1", "B", "=======", "C", ">>>>>>> n2", "3"),
    ]
