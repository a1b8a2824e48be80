"""Tokens there and back, and which of two positions is the newer one."""

import pytest

from services.errors import LabError
from services.gateway.tokens import newest, renewed, text_of, token_in
from services.messages import START, Position


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
    "text", ["", "2", "2.", "2.x", "-1.2", "2.118,3.4", " 2.118", "2.118\n", "9" * 16 + ".1"]
)
def test_what_is_no_token_is_refused(text: str) -> None:
    with pytest.raises(LabError, match="bad-request") as caught:
        token_in(text)
    assert repr(text) in caught.value.text
