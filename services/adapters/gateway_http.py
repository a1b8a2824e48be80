"""The clients' REST interface of a gateway.

The answers name who gave them: the replica, its epoch, and the position in its log. An absent
register is an error (404), an absent set is an empty list.
"""

from functools import wraps
from typing import Any, Literal, TypeAlias

import msgspec
from fastapi import Request, Response
from starlette.convertors import Convertor, register_url_convertor

from services.adapters import gateway_openapi
from services.adapters.failures import failure_body
from services.adapters.http import Endpoint, LabApplication, add_node_routes, json_response
from services.errors import LabError
from services.gateway.gateway import Gateway
from services.gateway.inputs import (
    CONTEXT,
    SESSION,
    TOKEN,
    context_in,
    key_in,
    session_in,
    value_in,
    wish_in,
)
from services.gateway.sql_inputs import transaction_in
from services.gateway.step_inputs import steps_in
from services.messages import (
    SERVED,
    CacheGet,
    CachePut,
    Operation,
    Read,
    ReadResult,
    Status,
    Token,
    Value,
    Write,
    Written,
)
from services.messages.multi_leader import AskConflicts, InConflict, Transacted
from services.replies import of_type
from services.settings import NodeSettings
from services.versions import tokens

OWN_HEADERS = {name.encode(): name for name in (SESSION, TOKEN, CONTEXT)}
OFTEN = ("/kv/", "/sets/")
OF_WHOM = ("family", "leader", "epoch", "leads")
SHOWN = ("role", "mark", "owes", "epoch", "leader", "lag_s", "origins", "homes")

Answer: TypeAlias = dict[str, Any]


def gateway_application(gateway: Gateway, settings: NodeSettings) -> LabApplication:
    """The routes for clients, and those for nodes and the lab."""
    app = LabApplication(
        title=f"{settings.node}, a {settings.role} of the replication lab",
        description=gateway_openapi.DESCRIPTION,
        records=tuple(dict.fromkeys((*gateway_openapi.RECORDS, *SERVED[settings.role]))),
    )
    register_url_convertor("anything", Anything())
    clients = Clients(gateway)
    described = gateway_openapi.operations(settings.replicas)
    for method, path, endpoint in (
        ("GET", "/kv/{key:anything}", clients.get),
        ("PUT", "/kv/{key:anything}", clients.put),
        ("DELETE", "/kv/{key:anything}", clients.delete),
        ("GET", "/sets/{key:anything}", clients.members),
        ("POST", "/sets/{key:anything}", clients.add),
        ("POST", "/sql", clients.sql),
        ("POST", "/txn", clients.transact),
        ("GET", "/conflicts/{key:anything}", clients.conflicts),
        ("GET", "/cache/{key:anything}", clients.recall),
        ("PUT", "/cache/{key:anything}", clients.remember),
        ("GET", "/status", clients.status),
        ("GET", "/ready", clients.ready),
    ):
        about, in_session = described[endpoint.__name__], _in_session(endpoint)
        app.add_api_route(path, in_session, methods=[method], tags=["clients"], **about)
        if path.startswith(OFTEN):
            app.add_short_way(method, path, in_session)
    add_node_routes(app, gateway, settings)
    return app


class Anything(Convertor[str]):
    """The rest of a path, slashes and line ends included; `key_in` decides whether it is a key."""

    regex = "(?s:.*)"

    def convert(self, value: str) -> str:
        """The text itself."""
        return value

    def to_string(self, value: str) -> str:
        """The text itself."""
        return value


def _in_session(endpoint: Endpoint) -> Endpoint:
    """`endpoint`, repeating the client's session in the answer, so that clients can tell answers apart."""

    @wraps(endpoint)
    async def endpoint_in_session(request: Request) -> Response:
        header = _said(request).get(SESSION)
        if header is None:
            return await endpoint(request)
        session = session_in(header)
        response = await endpoint(request)
        response.headers[SESSION] = session
        return response

    return endpoint_in_session


class Clients:
    """One method for each route."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    async def put(self, request: Request) -> Response:
        """Write a register."""
        key = key_in(request.scope["raw_path"])
        value = value_in(await request.body(), "value")
        return await self._write(request, Operation(f="put", key=key, value=value))

    async def delete(self, request: Request) -> Response:
        """Remove a register."""
        return await self._write(request, Operation(f="delete", key=key_in(request.scope["raw_path"])))

    async def add(self, request: Request) -> Response:
        """Add an element to a set."""
        key = key_in(request.scope["raw_path"])
        element = value_in(await request.body(), "element")
        return await self._write(request, Operation(f="add", key=key, value=element))

    async def get(self, request: Request) -> Response:
        """Read a register."""
        key = key_in(request.scope["raw_path"])
        result = await self._read(request, key, "register")
        if not result.found:
            error = LabError("no-such-key", f"{key!r} has no value on {result.node}")
            body = failure_body(error, **_signed(key, result))
            return _with_token(json_response(body, error.kind.status), result)
        value: Answer = {"value": result.value}
        if result.siblings:
            value["siblings"] = result.siblings
        return _with_token(_answer({**_signed(key, result), **value}), result)

    async def members(self, request: Request) -> Response:
        """Read a set."""
        key = key_in(request.scope["raw_path"])
        result = await self._read(request, key, "set")
        elements: Value = result.value if result.found else []
        return _with_token(_answer({**_signed(key, result), "elements": elements}), result)

    async def sql(self, request: Request) -> Response:
        """Execute a transaction."""
        wish = wish_in(request.scope["query_string"])
        done = await self._gateway.execute(transaction_in(await request.body()), wish)
        signed = {"node": done.node, "epoch": done.epoch, "position": done.position.sequence}
        return _answer({**signed, "results": done.results})

    async def transact(self, request: Request) -> Response:
        """Do all of a transaction's steps on registers."""
        done = of_type(await self._gateway.handle(steps_in(await request.body())), Transacted)
        return _answer({"node": done.node, "epoch": 0, "position": done.vector, "results": done.results})

    async def conflicts(self, request: Request) -> Response:
        """Which versions of a key are in conflict, and which of them all leaders would choose."""
        key = key_in(request.scope["raw_path"])
        found = of_type(await self._gateway.handle(AskConflicts(key=key)), InConflict)
        versions = {"shown": found.shown, "winner": found.winner, "losers": found.losers}
        return _answer({"key": key, "node": found.node, "epoch": 0, "position": found.vector, **versions})

    async def recall(self, request: Request) -> Response:
        """Ask the cache."""
        key = key_in(request.scope["raw_path"])
        return _answer(msgspec.to_builtins(await self._gateway.cached(CacheGet(key=key))))

    async def remember(self, request: Request) -> Response:
        """Tell the cache."""
        key = key_in(request.scope["raw_path"])
        value = value_in(await request.body(), "value")
        return _answer(msgspec.to_builtins(await self._gateway.cached(CachePut(key=key, value=value))))

    async def status(self, _: Request) -> Response:
        """Which replica this gateway takes for the leader, and the status of every node."""
        own = self._gateway.status().flat()
        nodes = {name: _described(found) for name, found in (await self._gateway.survey()).items()}
        who: Answer = {name: own[name] for name in OF_WHOM if name in own}
        return _answer({"gateway": own["node"], **who, "nodes": nodes})

    async def ready(self, _: Request) -> Response:
        """Does it know where to send a write? For clients that wait until the cluster is up."""
        self._gateway.part.must_know_the_way()
        return _answer({"status": "ready"})

    async def _write(self, request: Request, operation: Operation) -> Response:
        said = _said(request)
        session, token = _caller(said)
        wish = wish_in(request.scope["query_string"])
        knows = context_in(said.get(CONTEXT, ""))
        message = Write(operation=operation, session=session, token=token, context=knows, w=wish.w, n=wish.n)
        written = await self._gateway.write(message, wish)
        return _with_token(_answer(_signed(operation.key, written)), written)

    async def _read(self, request: Request, key: str, kind: Literal["register", "set"]) -> ReadResult:
        wish = wish_in(request.scope["query_string"])
        session, token = _caller(_said(request))
        message = Read(key=key, type=kind, session=session, token=token, r=wish.r, n=wish.n)
        return await self._gateway.read(message, wish)


def _said(request: Request) -> dict[str, str]:
    """The lab's own headers of a request, the first of each name."""
    headers = reversed(request.scope["headers"])
    return {OWN_HEADERS[name]: value.decode("latin-1") for name, value in headers if name in OWN_HEADERS}


def _caller(said: dict[str, str]) -> tuple[str | None, Token]:
    """The user's session and the token from the client's last answer. Raises `LabError` bad-request."""
    session, token = said.get(SESSION), said.get(TOKEN)
    return (
        None if session is None else session_in(session),
        () if token is None else tokens.token_in(token),
    )


def _with_token(response: Response, reply: Written | ReadResult) -> Response:
    """Add what the client sends back: a token with any request, a context with its next write of this key."""
    if (text := tokens.text_of(reply.token)) is not None:
        response.headers[TOKEN] = text
    if reply.context:
        response.headers[CONTEXT] = reply.context
    return response


def _signed(key: str, reply: Written | ReadResult) -> Answer:
    where = {} if reply.partition is None else {"partition": reply.partition}
    by = {} if reply.by is None else {"by": reply.by}
    position = reply.vector or reply.position.sequence
    hints = {"hints": reply.hints} if isinstance(reply, Written) and reply.hints else {}
    stand_ins = {"stand_ins": reply.stand_ins} if reply.stand_ins else {}
    behind = reply.behind_ms if isinstance(reply, ReadResult) else None
    age = {} if behind is None else {"behind_ms": behind}
    signed = {"key": key, "node": reply.node, "epoch": reply.epoch, "position": position}
    return signed | where | by | hints | stand_ins | age


def _answer(answer: Answer) -> Response:
    return json_response(msgspec.json.encode(answer))


def _described(found: Status | LabError) -> Answer:
    if isinstance(found, LabError):
        return {"role": None, "error": found.kind.code, "message": found.text}
    flat = found.flat()
    about = {name: flat[name] for name in SHOWN if name in flat}
    return about | ({"position": flat["position"][1]} if "position" in flat else {})
