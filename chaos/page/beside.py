"""What the page's process does beside looking: the load, keeping what was done by hand, runs.

All of it ends with the page. Its routes need the token like any order.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Annotated, TypeAlias

import msgspec
from fastapi import APIRouter, Depends, Request, Response

from chaos.catalogue.discover import BrokenScenarioError, UnknownNameError
from chaos.cluster import ClusterError
from chaos.page.catalogue import catalogue
from chaos.page.chapter import Rates
from chaos.page.keeping import Keeping
from chaos.page.load import Load
from chaos.page.orders import Order
from chaos.page.runs import Runs
from chaos.page.watcher import Watcher
from chaos.schedules.written import MOST_PER_S
from chaos.web.guarded import as_json, body_as
from services.errors import LabError

Rate: TypeAlias = Annotated[float, msgspec.Meta(ge=0, le=MOST_PER_S)]  # a saved load may be no higher


class Wanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Writes and reads a second; 0 and 0 stop the load."""

    writes_per_s: Rate
    reads_per_s: Rate


class Saved(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Keep what was done by hand under this name."""

    name: Annotated[str, msgspec.Meta(max_length=80)]


class Started(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Run a variant on that runtime."""

    name: Annotated[str, msgspec.Meta(max_length=200)]
    on: Annotated[str, msgspec.Meta(max_length=20)]


class Beside:
    """Everything that goes on beside the looks of `watcher`."""

    def __init__(self, watcher: Watcher) -> None:
        self.watcher = watcher
        self.load = Load(watcher.tell)
        self.keeping = Keeping(watcher.tell)
        self.runs = Runs(watcher.tell)

    async def conclude(self) -> str:
        """See `Load`; it heals everything, as the button does."""
        with self.keeping.noting(Order("heal"), self.watcher.seen):
            said = await self.load.conclude()
        await self.keeping.show()
        return said

    async def save(self, name: str) -> str:
        """See `Keeping`."""
        return self.keeping.save(name, self.load.last_rates, self.load.found)

    async def run(self, started: Started) -> str:
        """See `Runs`; a run on the cluster shown here would collide with the load."""
        seen = self.watcher.seen
        if started.on == "compose" and seen and seen.runtime == "compose" and self.load.is_running:
            raise ClusterError("a run on compose takes this very cluster, so stop the load first")
        return await self.runs.start(started.name, started.on)

    async def close(self) -> None:
        """End all of it."""
        await asyncio.gather(self.load.close(), self.runs.close())


@asynccontextmanager
async def beside(watcher: Watcher) -> AsyncIterator[Beside]:
    """Keep a `Beside` open while the block lasts."""
    company = Beside(watcher)
    try:
        yield company
    finally:
        await company.close()


def routes(company: Beside, must_be_allowed: Callable[[Request], None]) -> APIRouter:
    """The routes for orders to `company`, for requests that `must_be_allowed` lets pass."""
    router = APIRouter(dependencies=[Depends(must_be_allowed)])

    @router.post("/load")
    async def set_load(request: Request) -> Response:
        wanted = body_as(Wanted, await request.body())
        return await answered(company.load.set(Rates(wanted.writes_per_s, wanted.reads_per_s)))

    @router.post("/conclude")
    async def conclude() -> Response:
        return await answered(company.conclude())

    @router.post("/save")
    async def save(request: Request) -> Response:
        return await answered(company.save(body_as(Saved, await request.body()).name))

    @router.post("/forget")
    async def forget() -> Response:
        return await answered(company.keeping.forget())

    @router.post("/run")
    async def run(request: Request) -> Response:
        return await answered(company.run(body_as(Started, await request.body())))

    @router.post("/stop")
    async def stop() -> Response:
        return await answered(company.runs.stop())

    return router


def looks(company: Beside) -> APIRouter:
    """The routes that anybody may read: the scenarios, and reports of runs started here."""
    router = APIRouter()

    @router.get("/scenarios")
    async def scenarios() -> Response:
        return as_json(await asyncio.to_thread(catalogue))

    @router.get("/report/{number}")
    async def report(number: int) -> Response:
        if (found := await asyncio.to_thread(company.runs.report, number)) is None:
            raise LabError("no-such-route", f"no run from this page has a report {number}")
        text, policy = found
        return Response(text, media_type="text/html", headers={"content-security-policy": policy})

    return router


async def answered(work: Awaitable[str]) -> Response:
    """What was done, or why not, as the page tells it."""
    try:
        return told(True, await work)
    except (ClusterError, LabError, UnknownNameError, BrokenScenarioError) as error:
        return told(False, str(error))


def told(done: bool, text: str) -> Response:
    """An answer to an order."""
    return as_json({"done": done, "text": text})
