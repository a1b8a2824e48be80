"""The command's work: a page of simulated runs, until somebody ends it. No cluster is touched."""

import asyncio
import secrets
from collections.abc import Callable

from chaos.page.simulated.application import application
from chaos.page.simulated.plan import Plan
from chaos.proxy import addresses
from chaos.runtimes import playground
from chaos.runtimes.supervisor import PAGE_PORT
from chaos.web import serving


async def serve(start: Plan, port: int | None, tell: Callable[[str], None]) -> None:
    """Serve until cancelled. Raises `ClusterError` when nobody can listen there."""
    usual = PAGE_PORT if playground.is_free(PAGE_PORT) else 0
    with await serving.listen(usual if port is None else port) as listener:
        token = secrets.token_urlsafe(16)
        tell(f"simulated runs are to be seen at http://{addresses.bound(listener)}/#{token}")
        tell("Ctrl-C ends the page")
        await serving.serve(application(start, token), listener, _for_ever())


async def _for_ever() -> None:
    """There is nothing to do beside serving."""

    await asyncio.Event().wait()
