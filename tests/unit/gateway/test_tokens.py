"""Tokens there and back, and which of two positions is the newer one."""

import pytest

from services.errors import LabError
from services.messages import START, Position, Token, merged
from services.versions.tokens import about, but_for, fitting, newest, placed, renewed, text_of, token_in

P1, P2 = Position(1, 42), Position(3, 7)


def test_there_and_back() -> None:
    token = (Position(2, 118),)
    assert text_of(token) == "2.118"
    assert token_in("2.118") == token
    assert text_of(()) is None
    assert newest(()) == START


@pytest.mark.parametrize(
    ("held", "seen", "then"),
    [
        ((), (1, 5), (1, 5)),
        ((1, 5), (1, 7), (1, 7)),
        ((1, 7), (1, 5), (1, 7)),
        ((1, 90), (2, 41), (2, 41)),
        ((2, 41), (1, 90), (2, 41)),
    ],
)
def test_the_newest_stays(held: tuple[int, ...], seen: tuple[int, int], then: tuple[int, int]) -> None:
    before = (Position(*held),) if held else ()
    assert renewed(before, Position(*seen)) == (Position(*then),)


@pytest.mark.parametrize(
    "text",
    [
        *("", "2", "2.", "2.x", "-1.2", "2.118,3.4", " 2.118", "2.118\n", "9" * 16 + ".1"),
        *("p1=", "p0=1.2", "p10=1.2", "p1=1.2,", "p1=1.2,p1=1.3", "p1=1.2,1.3", "p1=1.2;p2=1.3"),
        *("p1=1.2, p2=1.3", "p1=1", "P1=1.2", "1=1.2"),
    ],
)
def test_what_is_no_token_is_refused(text: str) -> None:
    with pytest.raises(LabError, match="bad-request") as caught:
        token_in(text)
    assert repr(text) in caught.value.text


@pytest.mark.parametrize(
    ("text", "token"),
    [
        ("p1=1.42,p2=3.7", (P1, P2)),
        ("p2=3.7", (START, P2)),
        ("p1=1.42", (P1, START)),
        ("p3=3.7", (START, START, P2)),
    ],
)
def test_a_position_for_each_partition_there_and_back(text: str, token: Token) -> None:
    assert token_in(text) == token
    assert text_of(token) == text


def test_the_order_does_not_matter_and_nothing_known_is_no_token() -> None:
    assert token_in("p2=3.7,p1=1.42") == (P1, P2)
    assert text_of((START, START)) is None


@pytest.mark.parametrize(
    ("text", "partitions", "words"),
    [
        ("p2=1.1", 1, "names partition 2; there are 1 here, and a token is like 2.118"),
        ("p3=1.1", 2, "'p3=1.1' names partition 3; there are 2"),
        ("1.42", 2, "'1.42' does not say which of 2 partitions"),
    ],
)
def test_a_token_of_another_cluster_is_refused(text: str, partitions: int, words: str) -> None:
    with pytest.raises(LabError, match="bad-request") as caught:
        fitting(token_in(text), partitions)
    assert words in caught.value.text


def test_a_token_that_fits_is_as_long_as_there_are_partitions() -> None:
    assert fitting((P1,), 1) == (P1,)
    assert fitting((), 1) == ()
    assert fitting((), 2) == (START, START)
    assert fitting((P1, START), 3) == (P1, START, START)


def test_what_a_token_says_of_one_partition_and_of_the_others() -> None:
    assert about((P1, P2), 2) == (P2,)
    assert about((P1, START), 2) == ()
    assert but_for((P1, P2), 2) == (P1, START)
    assert but_for((START, P2), 2) == ()
    assert placed((P2,), 2, 3) == (START, P2, START)


def test_who_knows_both_knows_the_newest_of_each() -> None:
    assert merged((P1, START), (Position(1, 41), P2)) == (P1, P2)
    assert merged((Position(2, 1),), (Position(1, 99), P2)) == (Position(2, 1), P2)
    assert merged((), (P1,)) == merged((P1,), ()) == (P1,)
