"""The command's work: a cluster on this machine, the page in front of it, until somebody ends it."""

from collections.abc import Callable

from chaos.editing.application import application
from chaos.editing.board import Board, shape_for
from chaos.proxy import addresses
from chaos.runtimes.registry import RUNTIMES
from chaos.web import serving


async def serve(people: int, way: str, port: int, tell: Callable[[str], None]) -> None:
    """Serve the page until cancelled. Raises `ClusterError` when it cannot."""
    runtime = RUNTIMES["local"]
    with await serving.listen(port) as listener:
        tell(f"starting two leaders and {people} devices …")
        async with runtime.cluster(shape_for(people), seed=1) as cluster, runtime.client(cluster) as client:
            board = Board(cluster, client, way)
            await board.begin(way)
            url = f"http://{addresses.bound(listener)}"
            pages = " and ".join(f"{url}/{name}" for name in board.screens)
            tell(f"open {pages}, each in a window of its own")
            tell("Ctrl-C ends it")
            await serving.serve(application(board), listener, board.watch())
