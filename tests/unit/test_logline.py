"""Lines of a log: the words people read, and that nothing is lost on the way there and back."""

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.logline import RESERVED, LogLine, as_json, as_text, is_notable, parse

A_TUESDAY_S = 1732209741.345

texts = st.text(st.characters(codec="utf-8")) | st.text("\"\\[]{}=:,. <'0123456789truefalsn", max_size=8)
scalars = (
    st.none() | st.booleans() | st.integers(-(2**64), 2**64) | st.floats(allow_nan=False, width=32) | texts
)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3)
)
words = st.from_regex(r"[a-z][a-z0-9]{0,8}(-[a-z0-9]{1,8}){0,2}", fullmatch=True)
names = st.from_regex(r"[a-z_]{1,9}", fullmatch=True).filter(lambda name: name not in RESERVED)
lines = st.builds(
    LogLine,
    time_s=st.integers(0, 2**33).map(lambda milliseconds: milliseconds / 1000),
    node=words,
    event=words | st.just("promoted"),
    fields=st.dictionaries(names, values, max_size=5),
)


def test_a_line_reads_like_a_sentence() -> None:
    fields = {"epoch": 4, "position": 118, "was": "follower", "reason": "leader silent 1.5 s"}
    line = as_text(LogLine(A_TUESDAY_S, "n2", "promoted", fields))
    time_of_day, rest = line.split(" ", 1)
    assert time_of_day.endswith(":21.345")
    assert rest == 'n2 promoted epoch=4 position=118 was=follower reason="leader silent 1.5 s"  <<<'


def test_the_machine_reads_one_flat_object() -> None:
    line = as_json(LogLine(A_TUESDAY_S, "n2", "promoted", {"reason": "x", "epoch": 4, "role": "leader"}))
    assert list(json.loads(line)) == ["time", "node", "role", "epoch", "event", "reason"]


@given(lines)
def test_text_is_read_back_exactly(line: LogLine) -> None:
    text = as_text(line)
    back = parse(text)
    assert len(text.splitlines()) == 1
    assert back is not None and back.time_s is not None
    assert back._replace(time_s=line.time_s) == line
    assert types_of(back.fields) == types_of(line.fields)
    assert math.isclose(back.time_s % 60, line.time_s % 60 if line.time_s else 0, abs_tol=0.0015)


@given(lines)
def test_json_is_read_back_exactly(line: LogLine) -> None:
    text = as_json(line)
    assert len(text.splitlines()) == 1
    assert parse(text) == line


def types_of(value: Any) -> Any:
    """The shape of a value, for 1 == True == 1.0 in Python."""
    if isinstance(value, dict):
        return {key: types_of(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [types_of(inner) for inner in value]
    return type(value)


@given(st.text(st.characters(codec="utf-8")))
def test_no_text_makes_the_reader_fail(text: str) -> None:
    parse(text)


@pytest.mark.parametrize(
    "other",
    [
        "",
        "listening on http://127.0.0.1:7000",
        "Traceback (most recent call last):",
        "{}",
        '{"time": 1}',
        "12:00",
    ],
)
def test_what_is_not_a_log_line_is_none(other: str) -> None:
    assert parse(other) is None


def test_a_field_cannot_hide_what_every_line_has() -> None:
    with pytest.raises(ValueError, match="'node'"):
        as_text(LogLine(None, "n1", "fenced", {"node": "n2"}))


@pytest.mark.parametrize(
    ("event", "notable"),
    [("promoted", True), ("leader-appointed", True), ("shut-down-by-order", True), ("started", False)],
)
def test_role_changes_stand_out(event: str, notable: bool) -> None:
    assert is_notable(event) is notable
