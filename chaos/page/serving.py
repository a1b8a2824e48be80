"""The command's work: serve the page for the running cluster, until somebody ends it."""

import secrets
import socket
from collections.abc import Callable

from chaos.page.application import application
from chaos.page.beside import beside
from chaos.page.watcher import Watcher
from chaos.proxy import addresses
from chaos.runtimes import playground
from chaos.runtimes.state import PAGE_PORT
from chaos.web import serving


async def serve(port: int | None, tell: Callable[[str], None]) -> None:
    """Serve until cancelled, or name the address of the cluster's own page if there is one.

    Raises `ClusterError` if no cluster is up, or the port cannot be used.
    """
    async with playground.cluster_that_is_up() as cluster:
        name, runtime = cluster.name, cluster.runtime
    if port is None and runtime == "local" and (address := playground.page_address()):
        tell(f"see {name} at {address}")
        return
    with await listen(port) as listener:
        watcher, token = Watcher(), secrets.token_urlsafe(16)
        tell(f"see {name} at {address_of(listener, token)}")
        tell("Ctrl-C ends the page; the cluster stays, with whatever is broken in it")
        async with beside(watcher) as company:
            await serving.serve(application(watcher, token, company), listener, watcher.watch())


async def listen(port: int | None) -> socket.socket:
    """A socket that listens on that port; without one, on the usual port, or any free one if that is taken.

    Raises `ClusterError` that names the remedy.
    """
    if port is None:
        port = PAGE_PORT if playground.is_free(PAGE_PORT) else 0
    return await serving.listen(port)


def address_of(listener: socket.socket, token: str) -> str:
    """What to open in a browser; browsers do not send what comes after the `#`."""
    return f"http://{addresses.bound(listener)}/#{token}"
