"""Tokens: what a client carries from one answer to its next request, as text and as a decision.

A token is a position in the log, `2.118`: epoch and sequence number. It comes in the header of an answer, and
the client, which need not understand it, sends it back. The cluster remembers nothing for it, so another
device of the same user has a token of its own.

If the keys are shared out over partitions there are several logs, and a token has a position for each one of
which the client knows something: `p1=2.118,p2=1.7` (a version vector, with partitions in place of replicas).
"""

import re

from services.errors import LabError
from services.messages import START, Position, Token, merged

_POSITION = r"[0-9]{1,15}\.[0-9]{1,15}"
_PART = rf"p[1-9]={_POSITION}"
PATTERN = rf"^({_POSITION}|{_PART}(,{_PART}){{0,8}})$"
ALONE = rf"^{_POSITION}$"  # without partitions
_is_token = re.compile(PATTERN).fullmatch


def newest(token: Token) -> Position:
    """The position that an answer must contain; the beginning, for a client without a token."""
    return max(token, default=START)


def renewed(token: Token, position: Position) -> Token:
    """The token of a client that now also knows `position`; a later epoch counts more than a longer log."""
    return (max(newest(token), position),)


def text_of(token: Token) -> str | None:
    """The token as it travels in a header; None if it is empty."""
    if len(token) <= 1:
        return str(newest(token)) if token else None
    parts = (f"p{number}={position}" for number, position in enumerate(token, 1) if position != START)
    return ",".join(parts) or None


def token_in(text: str) -> Token:
    """The token that `text_of` wrote. Raises `LabError` bad-request."""
    if _is_token(text) is None:
        raise _no_token(text)
    if not text.startswith("p"):
        return (_position(text),)
    parts = [part.split("=") for part in text.split(",")]
    known = {int(name[1:]): _position(position) for name, position in parts}
    if len(known) < len(parts):
        raise _no_token(text)
    return tuple(known.get(number, START) for number in range(1, max(2, *known) + 1))


def fitting(token: Token, partitions: int) -> Token:
    """The token as one of a cluster with that many partitions. Raises `LabError` bad-request."""
    if token and len(token) > partitions:
        text = f"the token {text_of(token)!r} names partition {len(token)}; there are {partitions}"
        raise LabError("bad-request", text if partitions > 1 else f"{text} here, and a token is like 2.118")
    if partitions > 1 and len(token) == 1:
        text = f"the token {text_of(token)!r} does not say which of {partitions} partitions it belongs to"
        raise LabError("bad-request", f"{text}; a token from here is like p1=2.118,p2=1.7")
    return token if partitions == 1 else merged(token, (START,) * partitions)


def about(token: Token, number: int) -> Token:
    """Its position in partition `number`, as the token of a client that knows no other."""
    return tuple(position for position in token[number - 1 : number] if position != START)


def but_for(token: Token, number: int) -> Token:
    """Its positions in all other partitions; empty if there are none."""
    rest = tuple(START if n == number else position for n, position in enumerate(token, 1))
    return rest if any(position != START for position in rest) else ()


def placed(token: Token, number: int, partitions: int) -> Token:
    """The token of a client that knows only partition `number`, as one of a cluster with several."""
    known = newest(token)
    return tuple(known if n == number else START for n in range(1, partitions + 1))


def _position(text: str) -> Position:
    epoch, sequence = text.split(".")
    return Position(int(epoch), int(sequence))


def _no_token(text: str) -> LabError:
    return LabError(
        "bad-request",
        f"a token is a position like 2.118, or one for each partition like p1=2.118,p2=1.7, from an earlier "
        f"answer; not {text[:60]!r}",
    )
