"""The page over HTTP: what a browser may ask, and what it may not.

It listens on loopback, where every page in the user's browser can reach it. So foreign names and origins are
refused as at the gateways, and the page itself may load and ask nothing but its own.
"""

from collections.abc import AsyncIterator, MutableMapping
from pathlib import Path
from typing import Any

import msgspec
from fastapi import FastAPI, Request, Response
from fastapi.sse import EventSourceResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from chaos.cluster import ClusterError
from chaos.editing.board import WAYS, Board
from chaos.editing.marks import Splice
from services.adapters.failures import failure_body
from services.adapters.guards import (
    App,
    Receive,
    Scope,
    Send,
    check_host,
    check_origin,
    limited,
    read_headers,
    refuse,
    too_large,
)
from services.errors import LabError
from services.gateway.inputs import parsed

ASSETS = Path(__file__).parent / "assets"
KINDS = {"edit.js": "text/javascript", "edit.css": "text/css"}
MOST_BYTES = 64 << 10
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = ((b"content-security-policy", POLICY.encode()), (b"cache-control", b"no-store"))


class Way(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Edit in that way from now on."""

    way: str


class Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Cut the line of somebody's device, or mend it."""

    cut: bool


class Guarded:
    """Refuses whoever should not be here, and says in every answer what its page may do."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on or refuse it."""

        async def send_with_policy(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *HEADERS]
            await send(message)

        request = read_headers(scope["headers"])
        try:
            check_host(request.hosts, frozenset())
            check_origin(request)
            if request.length is not None and request.length > MOST_BYTES:
                raise too_large(MOST_BYTES)
            await self._app(scope, limited(receive, MOST_BYTES), send_with_policy)
        except LabError as error:
            await refuse(error, send_with_policy)


def application(board: Board) -> App:
    """All routes, behind their guard."""
    app = FastAPI(title="Editing together", openapi_url=None)
    app.add_exception_handler(LabError, _refused)
    app.add_exception_handler(ClusterError, _failed)
    _add_stream(app, board)  # first: what else has a name of one word is a person's page
    _add_orders(app, board)
    _add_pages(app, board)
    return Guarded(app)


def _add_stream(app: FastAPI, board: Board) -> None:
    @app.get("/stream", response_class=EventSourceResponse)
    async def stream() -> AsyncIterator[dict[str, Any]]:
        async for shown in board.changes():
            yield shown


def _add_orders(app: FastAPI, board: Board) -> None:
    @app.post("/way")
    async def switch(request: Request) -> Response:
        asked = _body(await request.body(), Way)
        if asked.way not in WAYS:
            raise LabError("bad-request", f"there is no way {asked.way!r}; choose of {', '.join(WAYS)}")
        await board.begin(asked.way)
        return _json(board.to_json())

    @app.post("/{name}/splice")
    async def splice(name: str, request: Request) -> Response:
        _must_be_here(board, name)
        return _json(await board.type(name, _body(await request.body(), Splice)))

    @app.post("/{name}/line")
    async def line(name: str, request: Request) -> Response:
        _must_be_here(board, name)
        await board.cut(name, cut=_body(await request.body(), Line).cut)
        return _json(board.to_json())


def _add_pages(app: FastAPI, board: Board) -> None:
    pages = Environment(loader=FileSystemLoader(ASSETS), autoescape=True, undefined=StrictUndefined)

    def page(template: str, **about: Any) -> Response:
        return Response(pages.get_template(template).render(about), media_type="text/html")

    @app.get("/")
    async def everybody() -> Response:
        return page("everybody.html", people=list(board.screens))

    @app.get("/assets/{name}")
    async def asset(name: str) -> Response:
        if name not in KINDS:
            raise LabError("no-such-route", f"there is no {name!r} here")
        return Response((ASSETS / name).read_text(encoding="utf-8"), media_type=KINDS[name])

    @app.get("/{name}")
    async def person(name: str) -> Response:
        _must_be_here(board, name)
        others = [other for other in board.screens if other != name]
        servers = list(board.to_json()["servers"])
        return page("edit.html", me=name, others=others, ways=WAYS, servers=servers)


async def _refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, LabError)
    return Response(failure_body(error), error.kind.status, media_type="application/json")


async def _failed(_: Request, error: Exception) -> Response:
    return Response(failure_body(LabError("internal", str(error))), 500, media_type="application/json")


def _body(body: bytes, kind: type[Any]) -> Any:
    try:
        return msgspec.convert(parsed(body), kind)
    except msgspec.ValidationError as error:
        raise LabError("bad-request", str(error)) from error


def _json(document: Any) -> Response:
    return Response(msgspec.json.encode(document), media_type="application/json")


def _must_be_here(board: Board, name: str) -> None:
    if name not in board.screens:
        raise LabError("no-such-route", f"nobody is called {name!r} here; try /{next(iter(board.screens))}")
