"""The page of simulated runs over HTTP: what can be chosen, a film to look at, and films to order.

Without the token, a visitor sees the film that the page begins with, and may move in it. Running anything
else needs the token, because a run costs a second of this machine.
"""

import asyncio
from pathlib import Path
from typing import Annotated

import msgspec
from fastapi import Request, Response

from chaos.catalogue.names import UnknownNameError
from chaos.cluster import ClusterError
from chaos.page.application import SERVED
from chaos.page.beside import told
from chaos.page.orders import Named
from chaos.page.simulated.catalogue import choosable
from chaos.page.simulated.challenges import CHALLENGES, Challenge, answered
from chaos.page.simulated.machines import must_be_known
from chaos.page.simulated.plan import Plan
from chaos.page.simulated.shooting import past, reel
from chaos.runtimes.simulated.timeline import SimulationError
from chaos.web.assets import add_assets, add_start, assets_in
from chaos.web.bearer import Bearer
from chaos.web.guarded import Guarded, as_json, body_as, new_app
from services.adapters.guards import App
from services.errors import LabError

OWN = Path(__file__).parent / "assets"
ALL_SERVED = {**SERVED, **assets_in(OWN)}
Tries = Annotated[int, msgspec.Meta(ge=0, le=1000)]


class Asked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Film `plan`; as an answer to that `challenge`, after so many `tries`, if one is named."""

    plan: Plan
    challenge: Named = ""
    tries: Tries = 0


class Wanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Show an answer to that `challenge`."""

    challenge: Named


class Projector:
    """Makes one film at a time, in a thread, so that the page is still served meanwhile."""

    def __init__(self, start: Plan) -> None:
        self.start = start
        self._in_turn = asyncio.Lock()

    async def show(self, asked: Asked) -> Response:
        """The film with all that belongs to it, or in words why there is none."""
        challenge = challenge_of(asked.challenge) if asked.challenge else None
        if challenge:
            challenge.must_be_of(asked.plan)
        for strike in asked.plan.strikes:
            must_be_known(strike.order)
        try:
            async with self._in_turn:
                return await asyncio.to_thread(_shown, asked, challenge)
        except UnknownNameError as error:
            raise LabError("bad-request", str(error)) from error
        except (SimulationError, ClusterError) as error:
            return told(False, f"this run does not end: {error}")


def _shown(asked: Asked, challenge: Challenge | None) -> Response:
    plan = asked.plan
    made = reel(plan)
    return as_json(
        {
            "done": True,
            "plan": plan,
            "film": made.film,
            "past": past(plan),
            "original": reel(plan.untouched).film.verdict,
            "answer": answered(challenge, made, asked.tries) if challenge else None,
        }
    )


def challenge_of(name: str) -> Challenge:
    """The one of that name. Raises `LabError` bad-request that names all."""
    if name not in CHALLENGES:
        raise LabError("bad-request", f"there is no challenge {name!r}; there are {', '.join(CHALLENGES)}")
    return CHALLENGES[name]


def application(start: Plan, token: str) -> App:
    """All routes, behind their guard; the page begins with the film of `start`."""
    app, projector, bearer = new_app("Simulated runs"), Projector(start), Bearer(token)

    @app.get("/choosable")
    async def choices() -> Response:
        return as_json(choosable())

    @app.get("/film")
    async def first() -> Response:
        return await projector.show(Asked(projector.start))

    @app.post("/film")
    async def film(request: Request) -> Response:
        bearer.must_be_in(request)
        return await projector.show(body_as(Asked, await request.body()))

    @app.post("/solution")
    async def solution(request: Request) -> Response:
        bearer.must_be_in(request)
        challenge = challenge_of(body_as(Wanted, await request.body()).challenge)
        return as_json({"done": True, "plan": challenge.solved_plan, "text": challenge.why})

    add_start(app, OWN / "film.html")
    add_assets(app, ALL_SERVED)
    return Guarded(app)
