"""The page of a cluster that `./lab up` holds: the first visitor starts it, on an inherited socket.

    python -m chaos.page NUMBER

The token is in the environment, where no other user sees it. The page ends with the process that started it:
when its standard input ends, however that process ended.
"""

import asyncio
import os
import socket
import sys

from chaos.page.application import application
from chaos.page.beside import beside
from chaos.page.watcher import Watcher
from chaos.runtimes import ending
from chaos.runtimes.state import PAGE_TOKEN
from chaos.web import serving


async def serve(listener: socket.socket, token: str) -> None:
    """Serve until the standard input ends."""
    page = asyncio.create_task(_page(listener, token))
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    over = asyncio.create_task(reader.read())
    try:
        await asyncio.wait((page, over), return_when=asyncio.FIRST_COMPLETED)
    finally:  # in this order: the page ends what it has started
        for each in (page, over):
            each.cancel()
        await asyncio.gather(page, over, return_exceptions=True)


async def _page(listener: socket.socket, token: str) -> None:
    watcher = Watcher()
    async with beside(watcher) as company:
        await serving.serve(application(watcher, token, company), listener, watcher.watch())


def main() -> int:
    """The exit code."""
    with ending.like_ctrl_c() as told, socket.socket(fileno=int(sys.argv[1])) as listener:
        try:
            ending.run(serve(listener, os.environ[PAGE_TOKEN]))
        except KeyboardInterrupt:
            return told.exit_code(130)
    return 0


if __name__ == "__main__":
    sys.exit(main())
