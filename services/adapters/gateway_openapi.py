"""What the OpenAPI document says about the clients' routes: words, schemas and examples, as data.

Written by hand, because bodies go to msgspec unparsed; the contract tests check the running gateway
against it.
"""

from collections.abc import Sequence
from typing import Any, TypeAlias

from services.adapters.gateway_records import (
    Acknowledged,
    ClusterState,
    Conflicting,
    Elements,
    Failure,
    Ready,
    Register,
    Results,
    Steps,
)
from services.errors import KINDS
from services.gateway.inputs import MOST_KEY_CHARACTERS, SESSION_PATTERN
from services.gateway.sql_inputs import Transaction
from services.gateway.step_inputs import StepsTogether
from services.messages import Cached, Value
from services.settings.single_leader import READ_POLICIES, SQL_POLICIES
from services.versions import tokens

Described: TypeAlias = dict[str, Any]

DESCRIPTION = (
    "A replicated key-value store with registers and sets. Every answer names the replica that gave it, "
    "its epoch, and its position in the log; its X-Lab-Token is to be sent with the client's next request. "
    "Every error says whether it is definite: a definite one had no effect; after any other, such as a "
    "timeout, the request may or may not have happened. Where nobody leads, a request may also say how many "
    "homes its key has (`?n=`), and how many of them must take a write (`?w=`) or answer a read (`?r=`)."
)


RECORDS = (
    Acknowledged,
    Register,
    Elements,
    Results,
    Steps,
    Conflicting,
    Cached,
    Transaction,
    StepsTogether,
    ClusterState,
    Ready,
    Failure,
)

ADDS = "Add an element to a set; on a device, type into a text, where sets are texts"
_SIGNED = {"key": "greeting", "node": "n1", "epoch": 1, "position": 42}
_KEY: Described = {
    "name": "key",
    "in": "path",
    "required": True,
    "description": "UTF-8 without control characters; a slash is written %2F",
    "schema": {
        "type": "string",
        "minLength": 1,
        "maxLength": MOST_KEY_CHARACTERS,
        "pattern": r"^[^\x00-\x1f\x7f-\x9f]*$",
    },
    "example": "greeting",
}
_SESSION = {
    "name": "X-Lab-Session",
    "in": "header",
    "description": "repeated in the answer",
    "schema": {"type": "string", "pattern": SESSION_PATTERN},
    "example": "u7",
}
_TOKEN: Described = {
    "name": "X-Lab-Token",
    "in": "header",
    "description": "the token of this client's last answer, under the policies that look at it; where the "
    "keys are shared out over partitions it has a position for each, like p1=2.118,p2=1.7",
    "schema": {"type": "string", "pattern": tokens.ALONE},
    "example": "2.118",
}


def _content(record: type, example: Described) -> Described:
    return {
        "application/json": {
            "schema": {"$ref": f"#/components/schemas/{record.__name__}"},
            "example": example,
        }
    }


def _failure(code: str) -> Described:
    kind = KINDS[code]
    example = {"error": code, "message": kind.meaning, "definite": kind.definite}
    return {"description": kind.meaning, "content": _content(Failure, example)}


def _described(
    summary: str, success: Described, parameters: list[Described], failures: tuple[str, ...], **more: Any
) -> Described:
    responses = {KINDS[code].status: _failure(code) for code in failures}
    return {
        "summary": summary,
        "responses": {200: {"description": "done", "content": success}, **responses},
        "openapi_extra": {"parameters": [*parameters, _SESSION], **more},
    }


def _body(field: str, example: Value) -> Described:
    schema = {
        "type": "object",
        "properties": {field: {}},
        "required": [field],
        "additionalProperties": False,
    }
    content = {"application/json": {"schema": schema, "example": {field: example}}}
    return {"required": True, "content": content}


_REFUSED = (
    "bad-key",
    "forbidden-host",
    "internal",
    "connection-lost",
    "no-leader",
    "timed-out",
    "not-leader",
    "position-lost",
)
_RESULTS = {
    **{name: _SIGNED[name] for name in ("node", "epoch", "position")},
    "results": [{"columns": [], "rows": [], "changes": 1, "key": 7}],
}
_SQL_BODY = {
    "required": True,
    "content": {
        "application/json": {
            "schema": {
                "oneOf": [
                    {"$ref": "#/components/schemas/Statement"},
                    {"$ref": "#/components/schemas/Transaction"},
                ]
            },
            "example": {"sql": "INSERT INTO orders(item) VALUES (?)", "parameters": ["tea"]},
        }
    },
}
_STEPS_BODY = {
    "required": True,
    "content": _content(
        StepsTogether,
        {"steps": [{"f": "append", "key": "x", "value": 1}, {"f": "read", "key": "y"}]},
    ),
}
_STEPS = {"node": "n1", "epoch": 0, "position": {"n1": 4, "n2": 3}, "results": [None, [7]]}
_KEPT = {"by": "n2", "time_us": 1764460800000000, "value": "C"}
_CONFLICTING = {
    **{"key": "title", "node": "n1", "epoch": 0, "position": {"n1": 4, "n2": 3}},
    **{"shown": ["B", "C"], "winner": _KEPT, "losers": [{**_KEPT, "by": "n1", "value": "B"}]},
}
_ACKNOWLEDGED = _content(Acknowledged, _SIGNED)
_STATE = {"gateway": "g1", "leader": "n1", "epoch": 1, "nodes": {"n1": {"role": "leader", "position": 42}}}


def operations(replicas: Sequence[str]) -> dict[str, Described]:
    """The arguments of `FastAPI.add_api_route` for each route, by the name of its endpoint."""
    keyed = [_KEY, _TOKEN]
    reading = [*keyed, *_wishes(replicas)]
    register = _content(Register, {**_SIGNED, "value": "hello"})
    elements = _content(Elements, {**_SIGNED, "elements": [1, 2]})
    state = _content(ClusterState, _STATE)
    remembered = _content(
        Cached, {"kind": "cached", "node": "cache", "found": True, "value": {"name": "ann"}}
    )
    writing = (*_REFUSED, "too-large")
    return {
        "get": _described("Read a register", register, reading, (*_REFUSED, "no-such-key")),
        "put": _described(
            "Write a register", _ACKNOWLEDGED, keyed, writing, requestBody=_body("value", "hello")
        ),
        "delete": _described("Remove a register", _ACKNOWLEDGED, keyed, _REFUSED),
        "members": _described("Read a set", elements, reading, _REFUSED),
        "add": _described(ADDS, _ACKNOWLEDGED, keyed, (*writing, "locked"), requestBody=_body("element", 3)),
        "sql": _described(
            "Execute a transaction on the demonstration tables",
            _content(Results, _RESULTS),
            _wishes(replicas, tuple(SQL_POLICIES)),
            (*_REFUSED, "too-large", "constraint-violated"),
            requestBody=_SQL_BODY,
        ),
        **_of_several_leaders(),
        "recall": _described("Ask the cache beside the cluster", remembered, [_KEY], _REFUSED),
        "remember": _described(
            "Tell the cache", remembered, [_KEY], writing, requestBody=_body("value", {"name": "ann"})
        ),
        "status": _described(
            "Who leads, and how everybody is", state, [], ("bad-request", "forbidden-host", "internal")
        ),
        "ready": _described(
            "Is there somebody to give a write to?",
            _content(Ready, {"status": "ready"}),
            [],
            ("bad-request", "forbidden-host", "no-leader"),
        ),
    }


def _of_several_leaders() -> dict[str, Described]:
    return {
        "transact": _described(
            "Do several things to registers at once, where there are several leaders",
            _content(Steps, _STEPS),
            [],
            (*_REFUSED, "too-large", "no-such-key"),
            requestBody=_STEPS_BODY,
        ),
        "conflicts": _described(
            "Which versions of a register are in conflict, where there are several leaders",
            _content(Conflicting, _CONFLICTING),
            [_KEY],
            _REFUSED,
        ),
    }


def _wishes(replicas: Sequence[str], policies: Sequence[str] = READ_POLICIES) -> list[Described]:
    return [
        {
            "name": "policy",
            "in": "query",
            "description": "instead of the cluster's read policy",
            "schema": {"type": "string", "enum": list(policies)},
        },
        {
            "name": "from",
            "in": "query",
            "description": "ask this replica and no other; without a policy, for whatever it has",
            "schema": {"type": "string", "enum": list(replicas)},
        },
    ]
