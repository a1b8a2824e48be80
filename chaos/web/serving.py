"""A server for one page on 127.0.0.1, which ends when its command does, however many pages are open."""

import asyncio
import contextlib
import socket
from collections.abc import Coroutine, Iterator
from typing import Any

import uvicorn

from chaos.cluster import ClusterError
from chaos.proxy import addresses
from chaos.web.answering import Answering
from services.adapters.guards import App

HOST = "127.0.0.1"
ENDS_S = 1  # pages have so long to let go of their streams


class _Server(uvicorn.Server):
    """Leaves signals to the command, which ends like any other."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """None of them."""
        yield


async def listen(port: int) -> socket.socket:
    """Listens on that port of this machine, on any with 0. Raises `ClusterError` that names the remedy."""
    try:
        return await addresses.listen(addresses.join(HOST, port))
    except addresses.AddressError as error:
        raise ClusterError(f"{error}; choose another --port") from error


async def serve(app: App, listener: socket.socket, beside: Coroutine[Any, Any, None]) -> None:
    """Serve until cancelled, or until the work `beside` it fails. Raises what that met."""
    answering = Answering(app)
    server = _Server(_settings(answering))
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    working = asyncio.create_task(beside)
    try:
        await asyncio.wait({serving, working}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        working.cancel()
        answering.end()
        server.should_exit = True
        await serving
    await working  # it has ended before it was told to, so this raises what it met


def _settings(app: App) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        ws="none",
        lifespan="off",
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=ENDS_S,
    )
