"""The live page over HTTP: one stream of what there is to see, and orders, which need the token.

The token comes after the `#` of the printed address, which browsers send to nobody. Without it, a visitor can
only look.
"""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated

import msgspec
from fastapi import FastAPI, Query, Request, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent

from chaos.cluster import ClusterError
from chaos.page.beside import Beside, answered, looks, routes, told
from chaos.page.orders import Order, obey
from chaos.page.requests import Asked, Users
from chaos.page.watcher import Watcher
from chaos.web.assets import add_assets, add_start, assets_in
from chaos.web.bearer import Bearer
from chaos.web.guarded import Guarded, body_as, new_app
from services.adapters.guards import App
from services.gateway.inputs import MOST_KEY_CHARACTERS

ASSETS = Path(__file__).parent / "assets"
OF_REPORTS = Path(__file__).parents[1] / "report" / "assets"
SERVED = {**assets_in(ASSETS), "report.css": OF_REPORTS / "page.css"}
WatchedKey = Annotated[str, Query(max_length=MOST_KEY_CHARACTERS)]


class Page:
    """What the routes share: the watcher, the token, and one order at a time."""

    def __init__(self, watcher: Watcher, token: str, company: Beside) -> None:
        self.watcher, self.company = watcher, company
        self._bearer = Bearer(token)
        self._in_turn = asyncio.Lock()
        self._users = Users()

    def must_be_allowed(self, request: Request) -> None:
        """Raise `LabError` unauthorized unless the request has the token."""
        self._bearer.must_be_in(request)

    async def order(self, order: Order) -> Response:
        """Do it when its turn comes. A refusal by the cluster is an answer like any other."""
        async with self._in_turn:
            try:
                with self.company.keeping.noting(order, self.watcher.seen):
                    done = await obey(order)
                return told(True, done)
            except (ClusterError, ValueError) as error:
                return told(False, str(error))
            finally:
                self.watcher.look_now()
                await self.company.keeping.show()

    async def request(self, asked: Asked) -> Response:
        """A client's request does not wait for its turn: a write may hang until a link is healed."""
        try:
            return await answered(self._users.perform(asked))
        finally:
            self.watcher.look_now()


def application(watcher: Watcher, token: str, company: Beside | None = None) -> App:
    """All routes, behind their guard. `company` is what goes on beside the looks, and ends with the page."""
    company = company or Beside(watcher)
    app, page = new_app("The live page"), Page(watcher, token, company)
    _add_stream(app, page)
    _add_orders(app, page)
    add_start(app, ASSETS / "page.html")
    add_assets(app, SERVED)
    app.include_router(looks(company))
    app.include_router(routes(company, page.must_be_allowed))
    return Guarded(app)


def _add_stream(app: FastAPI, page: Page) -> None:
    @app.get("/stream", response_class=EventSourceResponse)
    async def stream(key: WatchedKey = "") -> AsyncIterator[ServerSentEvent]:
        async for event, shown in page.watcher.changes(key):
            yield ServerSentEvent(raw_data=msgspec.json.encode(shown).decode(), event=event)


def _add_orders(app: FastAPI, page: Page) -> None:
    @app.post("/order")
    async def order(request: Request) -> Response:
        page.must_be_allowed(request)
        return await page.order(body_as(Order, await request.body()))

    @app.post("/request")
    async def ask(request: Request) -> Response:
        page.must_be_allowed(request)
        return await page.request(body_as(Asked, await request.body()))
