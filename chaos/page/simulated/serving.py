"""The command's work: a page of simulated runs, until somebody ends it. No cluster is touched."""

import asyncio
import secrets
from collections.abc import Callable

from chaos.page.serving import address_of, listen
from chaos.page.simulated.application import application
from chaos.page.simulated.plan import Plan
from chaos.web import serving


async def serve(start: Plan, port: int | None, tell: Callable[[str], None]) -> None:
    """Serve until cancelled. Raises `ClusterError` when nobody can listen there."""
    with await listen(port) as listener:
        token = secrets.token_urlsafe(16)
        tell(f"see simulated runs at {address_of(listener, token)}")
        tell("Ctrl-C ends the page")
        await serving.serve(application(start, token), listener, _for_ever())


async def _for_ever() -> None:
    """There is nothing to do beside serving."""

    await asyncio.Event().wait()
