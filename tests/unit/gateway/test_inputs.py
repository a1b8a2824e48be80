"""What clients may send, as tables of what is taken and what is refused."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.errors import LabError
from services.family import Wish
from services.gateway.inputs import (
    LARGEST_INTEGER,
    MOST_NESTING,
    MOST_VALUE_BYTES,
    SMALLEST_INTEGER,
    key_in,
    value_in,
    wish_in,
)
from services.single_leader.door.policies import policy_in


def refusal_of_value(body: bytes) -> str:
    with pytest.raises(LabError) as caught:
        value_in(body, "value")
    return caught.value.kind.code


@pytest.mark.parametrize(
    ("path", "key"),
    [
        (b"/kv/x", "x"),
        (b"/kv/a%2Fb", "a/b"),
        (b"/kv/a/b//", "a/b//"),
        (b"/kv/%C3%A4%F0%9F%98%80", "ä😀"),
        (b"/kv/a+b", "a+b"),
        (b"/sets/%25", "%"),
        (b"/kv/" + b"k" * 512, "k" * 512),
        (b"/kv/" + "😀".encode() * 512, "😀" * 512),
    ],
)
def test_keys(path: bytes, key: str) -> None:
    assert key_in(path) == key


@pytest.mark.parametrize(
    "path",
    [b"/kv/", b"/kv", b"/kv/%00", b"/kv/a%0Ab", b"/kv/%7F", b"/kv/%C2%85", b"/kv/%FF", b"/kv/" + b"k" * 513],
)
def test_bad_keys(path: bytes) -> None:
    with pytest.raises(LabError, match="bad-key"):
        key_in(path)


@pytest.mark.parametrize(
    "value",
    [
        *(None, True, 0, -1.5, "", "ä😀\0", [], {}, [1, [2, {"a": None}]]),
        *(LARGEST_INTEGER, SMALLEST_INTEGER, 1.7976931348623157e308, "x" * (MOST_VALUE_BYTES - 2)),
    ],
)
@pytest.mark.parametrize("ascii_only", [True, False])
def test_values(value: object, ascii_only: bool) -> None:
    body = json.dumps({"value": value}, ensure_ascii=ascii_only).encode()
    assert value_in(body, "value") == value


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "bad-request"),
        (b"\xff", "bad-request"),
        (b"7", "bad-request"),
        (b"[]", "bad-request"),
        (b"{}", "bad-request"),
        (b'{"value":1', "bad-request"),
        (b'{"value":1}}', "bad-request"),
        (b'{"element":1}', "bad-request"),
        (b'{"value":1,"ttl":5}', "bad-request"),
        (b'{"value":1,"value":1}', "bad-request"),
        (b'{"value":{"a":1,"a":2}}', "bad-request"),
        (b'{"value":9223372036854775808}', "bad-value"),
        (b'{"value":[{"deep":-9223372036854775809}]}', "bad-value"),
        (b'{"value":%s}' % (b"9" * 10_000), "bad-value"),
        (b'{"value":NaN}', "bad-value"),
        (b'{"value":[-Infinity]}', "bad-value"),
        (b'{"value":1e999}', "bad-value"),
        (b'{"value":"\\ud800"}', "bad-value"),
        (b'{"value":{"\\udfff":1}}', "bad-value"),
        (b'{"value":%s%s}' % (b"[" * (MOST_NESTING + 1), b"]" * (MOST_NESTING + 1)), "bad-value"),
        (b'{"value":%s' % (b'{"a":' * 100_000), "bad-value"),
        (b'{"value":"%s"}' % (b"x" * (MOST_VALUE_BYTES - 1)), "too-large"),
    ],
)
def test_bad_values(body: bytes, code: str) -> None:
    assert refusal_of_value(body) == code


def test_the_error_names_the_value() -> None:
    with pytest.raises(LabError, match=r"9223372036854775808.*64 bits.*string"):
        value_in(b'{"value":[9223372036854775808]}', "value")


@given(st.binary(max_size=60) | st.text('{}[]",:valuer10eE+-.\\ud8 ', max_size=60).map(str.encode))
def test_whatever_comes_is_a_value_or_a_refusal(body: bytes) -> None:
    try:
        value_in(body, "value")
    except LabError as error:
        assert error.definite


@pytest.mark.parametrize(
    ("query", "wish"),
    [
        (b"", Wish()),
        (b"policy=any", Wish("any")),
        (b"from=n2", Wish(replica="n2")),
        (b"policy=any&from=n2", Wish("any", "n2")),
        (b"w=3", Wish(w=3)),
        (b"r=2", Wish(r=2)),
    ],
)
def test_wishes(query: bytes, wish: Wish) -> None:
    assert wish_in(query) == wish


@pytest.mark.parametrize(
    "query",
    [b"from=n1&from=n2", b"form=n1", b"%ff=1", b"a;b", b"w=0", b"r=10", b"w=x", b"r="],
)
def test_bad_wishes(query: bytes) -> None:
    with pytest.raises(LabError, match="bad-request"):
        wish_in(query)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        (b"w=0", "w is how many homes must confirm, from 1 to 9, not '0'"),
        (b"r=x", "r is how many homes must answer, from 1 to 9, not 'x'"),
        (b"n=10", "n is how many homes a key has, from 1 to 9, not '10'"),
    ],
)
def test_a_bad_count_is_told_with_what_it_counts(query: bytes, words: str) -> None:
    with pytest.raises(LabError, match=words):
        wish_in(query)


@pytest.mark.parametrize("wish", [Wish("none"), Wish(""), Wish(w=2), Wish(r=1)])
def test_wishes_that_one_leader_cannot_grant(wish: Wish) -> None:
    with pytest.raises(LabError, match="bad-request"):
        policy_in(wish)
