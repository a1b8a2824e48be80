"""The page over HTTP: a stream of what everybody's text is now, what is typed, and the lines to cut."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
from fastapi import FastAPI, Request, Response
from fastapi.sse import EventSourceResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from chaos.editing.board import WAYS, Board
from chaos.editing.marks import Splice
from chaos.web.assets import add_assets, assets_in
from chaos.web.guarded import Guarded, as_json, body_as, new_app
from services.adapters.guards import App
from services.errors import LabError

ASSETS = Path(__file__).parent / "assets"
SERVED = assets_in(ASSETS)


class Way(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Edit in that way from now on."""

    way: str


class Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Cut the line of somebody's device, or heal it."""

    cut: bool


def application(board: Board) -> App:
    """All routes, behind their guard."""
    app = new_app("Editing together")
    _add_stream(app, board)  # first: what else has a name of one word is a person's page
    _add_orders(app, board)
    _add_pages(app, board)
    add_assets(app, SERVED)
    return Guarded(app)


def _add_stream(app: FastAPI, board: Board) -> None:
    @app.get("/stream", response_class=EventSourceResponse)
    async def stream() -> AsyncIterator[dict[str, Any]]:
        async for shown in board.changes():
            yield shown


def _add_orders(app: FastAPI, board: Board) -> None:
    @app.post("/way")
    async def switch(request: Request) -> Response:
        asked = body_as(Way, await request.body())
        if asked.way not in WAYS:
            raise LabError("bad-request", f"there is no way {asked.way!r}; choose one of {', '.join(WAYS)}")
        await board.begin(asked.way)
        return as_json(board.to_json())

    @app.post("/{name}/splice")
    async def splice(name: str, request: Request) -> Response:
        _must_be_here(board, name)
        return as_json(await board.type(name, body_as(Splice, await request.body())))

    @app.post("/{name}/release")
    async def release(name: str) -> Response:
        _must_be_here(board, name)
        return as_json(await board.release(name))

    @app.post("/{name}/line")
    async def line(name: str, request: Request) -> Response:
        _must_be_here(board, name)
        await board.cut(name, cut=body_as(Line, await request.body()).cut)
        return as_json(board.to_json())


def _add_pages(app: FastAPI, board: Board) -> None:
    pages = Environment(loader=FileSystemLoader(ASSETS), autoescape=True, undefined=StrictUndefined)

    def page(template: str, **about: Any) -> Response:
        return Response(pages.get_template(template).render(about), media_type="text/html")

    @app.get("/")
    async def everybody() -> Response:
        return page("everybody.html", people=list(board.screens))

    @app.get("/{name}")
    async def person(name: str) -> Response:
        _must_be_here(board, name)
        others = [other for other in board.screens if other != name]
        servers = list(board.to_json()["servers"])
        return page("edit.html", me=name, others=others, ways=WAYS, servers=servers)


def _must_be_here(board: Board, name: str) -> None:
    if name not in board.screens:
        raise LabError("no-such-route", f"nobody is called {name!r} here; try /{next(iter(board.screens))}")
