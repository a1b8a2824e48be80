"""The command's work: the page in front of the cluster that is up, until somebody ends it."""

import secrets
from collections.abc import Callable

from chaos.page.application import application
from chaos.page.watcher import Watcher
from chaos.proxy import addresses
from chaos.runtimes import playground
from chaos.web import serving


async def serve(port: int, tell: Callable[[str], None]) -> None:
    """Serve until cancelled. Raises `ClusterError` when nothing is up, or nobody can listen there."""
    async with playground.cluster_that_is_up() as cluster:
        name = cluster.name
    with await serving.listen(port) as listener:
        watcher, token = Watcher(), secrets.token_urlsafe(16)
        tell(f"{name} is to be seen at http://{addresses.bound(listener)}/#{token}")
        tell("Ctrl-C ends the page; the cluster stays, with whatever is broken in it")
        await serving.serve(application(watcher, token), listener, watcher.watch())
