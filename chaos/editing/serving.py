"""The command's work: a cluster on this machine, the page in front of it, until somebody ends it."""

import asyncio
import contextlib
from collections.abc import Callable, Iterator

import uvicorn

from chaos.cluster import ClusterError
from chaos.editing.application import application
from chaos.editing.board import Board, shape_for
from chaos.proxy import addresses
from chaos.runtimes.registry import RUNTIMES

HOST = "127.0.0.1"


class _Server(uvicorn.Server):
    """Leaves signals to the command, which ends like any other."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """None of them."""
        yield


async def serve(people: int, way: str, port: int, tell: Callable[[str], None]) -> None:
    """Serve the page until cancelled. Raises `ClusterError` when it cannot."""
    try:
        listener = await addresses.listen(addresses.join(HOST, port))
    except addresses.AddressError as error:
        raise ClusterError(f"{error}; choose another --port") from error
    runtime = RUNTIMES["local"]
    with listener:
        tell(f"starting two leaders and {people} devices …")
        async with runtime.cluster(shape_for(people), seed=1) as cluster, runtime.client(cluster) as client:
            board = Board(cluster, client, way)
            await board.begin(way)
            url = f"http://{addresses.bound(listener)}"
            pages = " and ".join(f"{url}/{name}" for name in board.screens)
            tell(f"open {pages}, each in a window of its own")
            tell("Ctrl-C ends it")
            server = _Server(_settings(board))
            watching = asyncio.create_task(board.watch())
            watching.add_done_callback(lambda _: setattr(server, "should_exit", True))
            try:
                await server.serve(sockets=[listener])
            finally:
                watching.cancel()
            await watching  # it has ended before it was told to, so this raises what it met


def _settings(board: Board) -> uvicorn.Config:
    return uvicorn.Config(
        application(board),
        ws="none",
        lifespan="off",
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=1,
    )
