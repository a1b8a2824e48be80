"""A process that starts with the first connection, as with inetd; it ends with the process that listens.

So what nobody asks for costs nothing. The caller waits in the socket's queue until the process is there; the
process inherits the socket itself. Its standard input is a pipe; when that ends, it must exit by itself.
"""

import asyncio
import contextlib
import socket
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

ENDS_S = 10.0
AGAIN_S = 1.0  # after it has ended, so that one that cannot start is not started all the time


@asynccontextmanager
async def on_demand(
    listener: socket.socket, arguments: Sequence[str], environment: Mapping[str, str]
) -> AsyncIterator[None]:
    """Run `python -m arguments… FD` when somebody knocks at `listener`, and again should it end.

    Leaving the block ends it; returns when it is gone.
    """
    watching = asyncio.create_task(_watch(listener, arguments, environment))
    try:
        yield
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)


async def _watch(listener: socket.socket, arguments: Sequence[str], environment: Mapping[str, str]) -> None:
    while True:
        await _knock(listener)
        number = listener.fileno()
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", *arguments, str(number)),
            stdin=PIPE,
            stdout=DEVNULL,
            stderr=DEVNULL,
            env=environment,
            pass_fds=(number,),
        )
        try:
            await process.wait()
        finally:
            await _end(process)
        await asyncio.sleep(AGAIN_S)


async def _knock(listener: socket.socket) -> None:
    loop, knocked = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(listener, knocked.set)
    try:
        await knocked.wait()
    finally:
        loop.remove_reader(listener)


async def _end(process: Process) -> None:
    if process.returncode is not None:
        return
    process.terminate()
    try:
        async with asyncio.timeout(ENDS_S):
            await process.wait()
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
