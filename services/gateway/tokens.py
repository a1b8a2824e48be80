"""Tokens: what a client carries from one answer to its next request, as text and as a decision.

A token is a position in the log, `2.118`: epoch and sequence number. It comes in the header of an answer,
and the client, which need not understand it, sends it back. Nobody has to remember anything for it, and
nobody can: another device of the same user has a token of its own.
"""

import re

from services.errors import LabError
from services.messages import START, Position, Token

PATTERN = r"^[0-9]{1,15}\.[0-9]{1,15}$"
_is_token = re.compile(PATTERN).fullmatch


def newest(token: Token) -> Position:
    """The position that an answer must contain; the beginning, for somebody who comes without a token."""
    return max(token, default=START)


def renewed(token: Token, position: Position) -> Token:
    """The token of a client that knows `position` now; a later epoch counts more than a longer log."""
    return (max(newest(token), position),)


def text_of(token: Token) -> str | None:
    """The token as it travels in a header; None when there is none."""
    return str(newest(token)) if token else None


def token_in(text: str) -> Token:
    """The token that `text_of` wrote. Raises `LabError` bad-request."""
    if _is_token(text) is None:
        shown = text[:60]
        raise LabError(
            "bad-request", f"a token is a position like 2.118, from an earlier answer; not {shown!r}"
        )
    epoch, sequence = text.split(".")
    return (Position(int(epoch), int(sequence)),)
