"""The clients' REST interface of a gateway.

The answers name who gave them: the replica, its epoch, and the position in its log. An absent
register is an error (404), an absent set is an empty list.
"""

from typing import Any, TypeAlias

import msgspec
from fastapi import FastAPI, Request, Response

from services.adapters import gateway_openapi
from services.adapters.failures import failure_body
from services.adapters.http import LabApplication, add_node_routes, json_response
from services.config import NodeSettings
from services.errors import LabError
from services.gateway.gateway import Gateway
from services.gateway.inputs import key_in, value_in, wishes_in
from services.messages import Operation, Read, ReadResult, Status, Value, Write, Written

SESSION = "x-lab-session"

Answer: TypeAlias = dict[str, Any]


def gateway_application(gateway: Gateway, settings: NodeSettings) -> FastAPI:
    """What clients may ask, and besides what nodes and the lab may."""
    app = LabApplication(
        title=f"{settings.node}, a gateway of the replication lab",
        description=gateway_openapi.DESCRIPTION,
        records=gateway_openapi.RECORDS,
    )
    clients = Clients(gateway)
    for method, path, endpoint, described in (
        ("GET", "/kv/{key:path}", clients.get, gateway_openapi.GET),
        ("PUT", "/kv/{key:path}", clients.put, gateway_openapi.PUT),
        ("DELETE", "/kv/{key:path}", clients.delete, gateway_openapi.DELETE),
        ("GET", "/sets/{key:path}", clients.members, gateway_openapi.MEMBERS),
        ("POST", "/sets/{key:path}", clients.add, gateway_openapi.ADD),
        ("GET", "/status", clients.status, gateway_openapi.STATUS),
    ):
        app.add_api_route(path, endpoint, methods=[method], tags=["clients"], **described)
    add_node_routes(app, gateway, settings)
    return app


class Clients:
    """One method a route."""

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
        result = await self._read(request, Read(key=key, type="register"))
        if not result.found:
            error = LabError("no-such-key", f"{key!r} has no value on {result.node}")
            body = failure_body(error, **_signed(key, result))
            return _with_session(request, json_response(body, error.kind.status))
        return _answer(request, {**_signed(key, result), "value": result.value})

    async def members(self, request: Request) -> Response:
        """Read a set."""
        key = key_in(request.scope["raw_path"])
        result = await self._read(request, Read(key=key, type="set"))
        elements: Value = result.value if result.found else []
        return _answer(request, {**_signed(key, result), "elements": elements})

    async def status(self, request: Request) -> Response:
        """Whom this gateway takes for the leader, and what every node says of itself."""
        own = self._gateway.status()
        nodes = {name: _described(found) for name, found in (await self._gateway.survey()).items()}
        return _answer(
            request, {"gateway": own.node, "leader": own.leader, "epoch": own.epoch, "nodes": nodes}
        )

    async def _write(self, request: Request, operation: Operation) -> Response:
        written = await self._gateway.write(Write(operation=operation))
        return _answer(request, _signed(operation.key, written))

    async def _read(self, request: Request, message: Read) -> ReadResult:
        policy, replica = wishes_in(request.scope["query_string"])
        return await self._gateway.read(message, policy, replica)


def _signed(key: str, reply: Written | ReadResult) -> Answer:
    return {"key": key, "node": reply.node, "epoch": reply.epoch, "position": reply.position.sequence}


def _answer(request: Request, answer: Answer) -> Response:
    return _with_session(request, json_response(msgspec.json.encode(answer)))


def _with_session(request: Request, response: Response) -> Response:
    """Repeat the client's session, so that it can tell its answers apart."""
    session = request.headers.get(SESSION)
    if session is not None:
        response.headers[SESSION] = session
    return response


def _described(found: Status | LabError) -> Answer:
    if isinstance(found, LabError):
        return {"role": None, "error": found.kind.code, "message": found.text}
    described: Answer = msgspec.to_builtins(found)
    return {name: described[name] for name in ("role", "epoch", "leader", "lag_s")} | {
        "position": found.position.sequence
    }
