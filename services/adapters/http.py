"""A node behind FastAPI: one route for each kind of message that its role understands.

msgspec decodes bodies, not pydantic, because every replicated write passes here three times. The OpenAPI
document is made from the same records when it is first requested.
"""

import asyncio
from collections.abc import Callable, Coroutine, MutableMapping, Sequence
from typing import Any, TypeAlias

import msgspec
from fastapi import FastAPI, Request, Response
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from services.adapters.failures import failure_body
from services.adapters.guards import Receive, Scope, Send
from services.adapters.metrics import Tally, exposition
from services.errors import LabError
from services.messages import SERVED, Message, decode, encode, kind_of
from services.node import Node
from services.settings import NodeSettings

FAILED = 500  # counted for a request that ended without an answer
METRICS_FORMAT = "text/plain; version=0.0.4; charset=utf-8"
SCHEMA_OF = "#/components/schemas/{name}"

Endpoint: TypeAlias = Callable[[Request], Coroutine[Any, Any, Response]]


class PlainRoute(APIRoute):
    """A route whose endpoint takes the raw request; parsing parameters would cost 15 µs."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The endpoint itself."""
        endpoint: Endpoint = self.endpoint
        return endpoint


class LabApplication(FastAPI):
    """FastAPI with an OpenAPI document that describes msgspec records, made when first requested."""

    def __init__(self, title: str, description: str, records: Sequence[Any]) -> None:
        super().__init__(
            title=title,
            description=description,
            docs_url=None,  # the page behind it would load scripts from another site
            redoc_url=None,
            redirect_slashes=False,
        )
        self._records = records
        self.tally = Tally()
        self._short_ways: dict[tuple[str, str], tuple[str, Endpoint]] = {}
        self.router.route_class = PlainRoute
        _answer_failures_in_one_form(self)

    def add_short_way(self, method: str, path: str, endpoint: Endpoint) -> None:
        """Send requests with `method` straight to `endpoint` if their path begins like `path` up to `{`.

        It is also registered as a route, for its description, but skips the machinery around routes.
        """
        self._short_ways[method, path.partition("{")[0]] = (path, endpoint)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, and count it."""
        path: str = scope["path"]
        way = self._short_ways.get((scope["method"], path[: path.find("/", 1) + 1]))
        if way is None:
            await self._by_its_route(scope, receive, send)
            return
        route, endpoint = way
        response = BUG
        try:
            response = await endpoint(Request(scope, receive))
        except LabError as error:
            response = failure_response(error)
        except ClientDisconnect:
            response = Response()  # nobody will read it
        finally:  # the guards log and answer a bug
            self.tally.count(route, response.status_code)
            await response(scope, receive, send)

    async def _by_its_route(self, scope: Scope, receive: Receive, send: Send) -> None:
        http_status = FAILED

        async def send_counted(message: MutableMapping[str, Any]) -> None:
            nonlocal http_status
            http_status = message.get("status", http_status)
            await send(message)

        try:
            await super().__call__(scope, receive, send_counted)
        finally:
            self.tally.count(getattr(scope.get("route"), "path", "other"), http_status)

    def openapi(self) -> dict[str, Any]:
        """The document, with the schemas of all records and the token."""
        if not self.openapi_schema:
            _, schemas = msgspec.json.schema_components(self._records, ref_template=SCHEMA_OF)
            components = super().openapi().setdefault("components", {})
            components.setdefault("schemas", {}).update(schemas)
            components["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
        assert self.openapi_schema
        return self.openapi_schema


def node_application(node: Node, settings: NodeSettings) -> LabApplication:
    """The application of a replica or a controller."""
    app = LabApplication(
        title=f"{settings.node}, a {settings.role} of the replication lab",
        description="What nodes and the lab tell each other. Every message needs the run's token.",
        records=SERVED[settings.role],
    )
    add_node_routes(app, node, settings)
    return app


def add_node_routes(app: LabApplication, node: Node, settings: NodeSettings) -> None:
    """The routes of every node: its messages, its health, and its description."""
    for kind in SERVED[settings.role]:
        _add_message_route(app, node, kind)
    health = msgspec.json.encode({"status": "ok", "node": settings.node, "role": settings.role})

    async def is_alive(_: Request) -> Response:
        return json_response(health)

    async def describe(_: Request) -> Response:
        return Response(f"{app.title}. Its routes: /openapi.json\n", media_type="text/plain")

    async def measure(_: Request) -> Response:
        body = await asyncio.to_thread(exposition, node.status(), dict(app.tally.requests))
        return Response(body, headers={"content-type": METRICS_FORMAT})

    app.add_api_route("/metrics", measure, methods=["GET"], summary="Lag, role and requests, for Prometheus")
    app.add_api_route("/health", is_alive, methods=["GET"], summary="Is the process alive?")
    app.add_api_route("/", describe, methods=["GET"], summary="What is this?")


def json_response(body: bytes, status: int = 200) -> Response:
    """`body` as it is."""
    return Response(body, status_code=status, media_type="application/json")


def failure_response(error: LabError) -> Response:
    """`error` as HTTP."""
    return json_response(failure_body(error), error.kind.status)


BUG = failure_response(LabError("internal", "a bug in the node; its log has the traceback"))


def _add_message_route(app: FastAPI, node: Node, expected: type[Message]) -> None:
    name = kind_of(expected)

    async def endpoint(request: Request) -> Response:
        message = decode(await request.body())
        if type(message) is not expected:
            raise LabError(
                "bad-request", f"a {kind_of(message)} was sent to the route of {kind_of(expected)}"
            )
        return json_response(encode(await node.handle(message)))

    schema = {"$ref": SCHEMA_OF.format(name=expected.__name__)}
    app.add_api_route(
        f"/messages/{name}",
        endpoint,
        methods=["POST"],
        operation_id=name,
        summary=(expected.__doc__ or "").split("\n")[0],
        tags=["nodes"],
        openapi_extra={
            "requestBody": {"required": True, "content": {"application/json": {"schema": schema}}},
            "security": [{"token": []}],
        },
    )


def _answer_failures_in_one_form(app: FastAPI) -> None:
    async def refused(_: Request, error: Exception) -> Response:
        assert isinstance(error, LabError)
        return failure_response(error)

    async def no_route(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        code = "wrong-method" if error.status_code == 405 else "no-such-route"
        text = f"there is no {request.method} {request.url.path} here; /openapi.json lists what there is"
        response = failure_response(LabError(code, text))
        response.headers.update(error.headers or {})
        return response

    async def client_left(_: Request, __: Exception) -> Response:
        return Response()  # nobody will read it

    async def bug(_: Request, __: Exception) -> Response:
        return BUG

    app.add_exception_handler(LabError, refused)
    app.add_exception_handler(404, no_route)
    app.add_exception_handler(405, no_route)
    app.add_exception_handler(ClientDisconnect, client_left)
    app.add_exception_handler(Exception, bug)
