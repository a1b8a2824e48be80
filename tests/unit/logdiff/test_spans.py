"""Where the values of a JSON text stand in it."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chaos.logdiff.spans import spans

LEAVES = st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False) | st.text()
DOCUMENTS = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4)
)


def at(document: Any, path: tuple[str | int, ...]) -> Any:
    for part in path:
        document = document[part]
    return document


@given(DOCUMENTS)
def test_every_value_is_found_where_it_stands(document: Any) -> None:
    data = msgspec.json.encode(document)
    if b"Infinity" in data or msgspec.json.encode(msgspec.json.decode(data)) != data:
        return  # msgspec writes null for what has no form in JSON
    behind = 0
    for span in spans(data):
        text = data[span.offset : span.offset + span.length]
        key = (
            msgspec.json.encode(span.path[-1]) + b":" if span.path and isinstance(span.path[-1], str) else b""
        )
        assert text == key + msgspec.json.encode(at(msgspec.json.decode(data), span.path))
        assert span.offset >= behind
        behind = span.offset + span.length


def test_what_is_left_over_is_punctuation() -> None:
    data = '{"a":[1,{"b":"ä,:"}],"c":null}'.encode()
    rest = bytearray(data)
    for span in spans(data):
        rest[span.offset : span.offset + span.length] = b" " * span.length
    assert rest.split() == [b'{"a":[', b",{", b"}],", b"}"]


def test_a_text_with_spaces_is_refused() -> None:
    with pytest.raises(ValueError, match="encoding its contents"):
        spans(b'{"a": 1}')
