"""The clients' messages as REST requests, and REST answers as replies: the client's half of the interface.

Pure: no connection is opened here. The gateway's half is `services.adapters.gateway_http`; a contract test
lets each say what the other must understand.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple, TypeAlias
from urllib.parse import quote, urlencode

import msgspec

from chaos.workloads.client import ClientError
from services.gateway.inputs import CONTEXT, SESSION, TOKEN
from services.messages import (
    START,
    Cached,
    CacheGet,
    CachePut,
    Execute,
    Executed,
    Message,
    Operation,
    Position,
    Read,
    ReadResult,
    Write,
    Written,
)
from services.messages.multi_leader import AskConflicts, InConflict, Kept, Transact, Transacted
from services.messages.sql import ResultSet
from services.single_leader.door.routing import policy_of
from services.versions import tokens

Where: TypeAlias = int | dict[str, int] | None  # in a log, or what is known of each origin


class Request(NamedTuple):
    """A request but for the gateway's address; `body` is JSON to be encoded, None for none."""

    method: str
    path: str
    body: Any = None
    headers: Mapping[str, str] = {}


class _Body(msgspec.Struct):
    """A gateway's answer to any request that succeeded, or to a read of an absent register."""

    node: str
    epoch: int = 0
    position: Where = None
    value: Any = None
    elements: list[Any] = []
    results: list[Any] = []
    partition: int | None = None
    siblings: tuple[Any, ...] = ()
    by: str | None = None
    behind_ms: float | None = None
    hints: int = 0
    stand_ins: dict[str, str] = {}
    found: bool = True
    shown: list[Any] = []
    winner: Kept | None = None
    losers: tuple[Kept, ...] = ()


class _Failure(msgspec.Struct):
    """A gateway's refusal or failure. One that does not say it is definite is not."""

    error: str
    message: str = ""
    definite: bool = False


def request_of(message: Message) -> Request:
    """How a client says `message`. Raises `TypeError` for what clients cannot say."""
    match message:
        case Write(operation=operation, w=w, n=n):
            return _asking(_changing(operation), message, w=w, n=n)
        case Read(key=key, type=kind, r=r, n=n):
            request = Request("GET", f"/{'kv' if kind == 'register' else 'sets'}/{_path(key)}")
            return _asking(request, message, r=r, n=n)
        case Execute(statements=statements, mode=mode):
            body = {"statements": statements}
            return Request("POST", f"/sql?policy={policy_of(mode)}" if mode else "/sql", body)
        case Transact(steps=steps):
            return Request("POST", "/txn", {"steps": steps})
        case AskConflicts(key=key):
            return Request("GET", f"/conflicts/{_path(key)}")
        case CacheGet(key=key):
            return Request("GET", f"/cache/{_path(key)}")
        case CachePut(key=key, value=value):
            return Request("PUT", f"/cache/{_path(key)}", {"value": value})
    raise TypeError(f"no client says {message!r}")


def reply_to(message: Message, status: int, headers: Mapping[str, str], content: bytes) -> Message:
    """What the answer means; raises `ClientError` for a failure, in doubt an indefinite one."""
    try:
        if absent := not 200 <= status < 300:
            failure = msgspec.json.decode(content, type=_Failure)
            of_register = isinstance(message, Read) and message.type == "register"
            if not (of_register and failure.error == "no-such-key"):
                raise ClientError(failure.definite, f"{failure.error}: {failure.message}")
        return _reply(message, msgspec.json.decode(content, type=_Body), headers, not absent)
    except msgspec.MsgspecError as error:
        raise ClientError(False, f"status {status} without a usable body: {error}") from error


def _changing(operation: Operation) -> Request:
    match operation.f:
        case "put":
            return Request("PUT", f"/kv/{_path(operation.key)}", {"value": operation.value})
        case "delete":
            return Request("DELETE", f"/kv/{_path(operation.key)}")
        case "add":
            return Request("POST", f"/sets/{_path(operation.key)}", {"element": operation.value})
    raise TypeError(f"no client says {operation!r}")


def _asking(request: Request, message: Write | Read, **counts: int | None) -> Request:
    """Who asks, knowing what, and how many are to answer, of how many."""
    context = message.context if isinstance(message, Write) else ""
    given = {SESSION: message.session, TOKEN: tokens.text_of(message.token), CONTEXT: context or None}
    headers = {name: value for name, value in given.items() if value is not None}
    query = urlencode({name: count for name, count in counts.items() if count})
    return request._replace(path=request.path + (query and f"?{query}"), headers=headers)


def _reply(message: Message, body: _Body, headers: Mapping[str, str], found: bool) -> Message:
    match message:
        case Write():
            return Written(**_signed(body, headers), hints=body.hints)
        case Read(type=kind):
            value = body.value if kind == "register" else body.elements
            more: dict[str, Any] = {"siblings": body.siblings, "behind_ms": body.behind_ms}
            return ReadResult(**_signed(body, headers), found=found, value=value, **more)
        case Execute():
            results = msgspec.convert(body.results, tuple[ResultSet, ...])
            return Executed(node=body.node, epoch=body.epoch, position=_position(body), results=results)
        case Transact():
            return Transacted(node=body.node, vector=_vector(body), results=body.results)
        case AskConflicts():
            about: dict[str, Any] = {"shown": body.shown, "winner": body.winner, "losers": body.losers}
            return InConflict(node=body.node, vector=_vector(body), **about)
        case _:
            return Cached(node=body.node, found=body.found, value=body.value)


def _signed(body: _Body, headers: Mapping[str, str]) -> dict[str, Any]:
    token = headers.get(TOKEN)
    return {
        "node": body.node,
        "epoch": body.epoch,
        "position": _position(body),
        "token": tokens.token_in(token) if token else (),
        "partition": body.partition,
        "vector": _vector(body),
        "context": headers.get(CONTEXT, ""),
        "by": body.by,
        "stand_ins": body.stand_ins,
    }


def _position(body: _Body) -> Position:
    return Position(body.epoch, body.position) if isinstance(body.position, int) else START


def _vector(body: _Body) -> dict[str, int]:
    return body.position if isinstance(body.position, dict) else {}


def _path(key: str) -> str:
    """As one part of a path; a part `.` or `..` would be resolved before it is sent."""
    return "%2E" * len(key) if key in (".", "..") else quote(key, safe="")
