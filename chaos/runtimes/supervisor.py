"""The process that holds the cluster of `./lab up` until `./lab down`.

It belongs to no terminal. The process that starts it waits for one line on its standard output, which also
says what went wrong, if anything did. The state directory says how to reach it, and has the nodes' log lines.
"""

import argparse
import asyncio
import os
import secrets
import shutil
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec

from chaos.cluster import ClusterError
from chaos.cluster.shape import Shape
from chaos.proxy import addresses
from chaos.runtimes.control import controllable
from chaos.runtimes.local import LocalCluster
from chaos.runtimes.on_demand import on_demand
from chaos.runtimes.state import (
    PAGE_PORT,
    PAGE_TOKEN,
    READY,
    ROOT,
    Home,
    events_file,
    home_file,
    state_directory,
)
from services.settings import CommonSettings, settings_of


async def supervise(shape: Shape, settings: CommonSettings, port: int) -> None:
    """Hold a cluster until SIGTERM or SIGINT, then remove it and the state directory."""
    over = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, over.set)
    cluster = await _start(settings, shape, port)
    try:
        events = events_file()
        for event in cluster.events():
            events.append(event)
        cluster.log_book.listen(events.append)
        socket = cluster.directory / "control.sock"
        async with controllable(cluster, socket, over.set), _page() as page:
            _move_in(Home(os.getpid(), str(socket), page))
            print(READY, flush=True)
            await over.wait()
    finally:
        await cluster.close()
        shutil.rmtree(state_directory())


def _move_in(home: Home) -> None:
    """Whoever looks for the file at this moment finds all of it, or none."""
    draft = home_file().with_suffix(".draft")
    draft.write_bytes(msgspec.json.encode(home))
    draft.replace(home_file())


@asynccontextmanager
async def _page() -> AsyncIterator[str]:
    """The address of the live page, which nobody serves before it is opened."""
    token = secrets.token_urlsafe(16)
    try:
        listener = await addresses.listen(f"127.0.0.1:{PAGE_PORT}")
    except addresses.AddressError:
        listener = await addresses.listen("127.0.0.1:0")
    with listener:
        listener.listen()
        listener.setblocking(False)
        # However the lab was started, its packages are found in the project.
        environment = {**os.environ, "PYTHONPATH": str(ROOT), PAGE_TOKEN: token}
        async with on_demand(listener, ["chaos.page"], environment):
            yield f"http://{addresses.bound(listener)}/#{token}"


async def _start(settings: CommonSettings, shape: Shape, port: int) -> LocalCluster:
    """With the first gateway on `port`, or on any free one if somebody else has just taken that."""
    try:
        return await LocalCluster.start(settings, shape=shape, first_gateway_port=port)
    except ClusterError as error:
        if not port or f":{port} " not in str(error):
            raise
        return await LocalCluster.start(settings, shape=shape)


def main() -> int:
    """The exit code; errors go to standard output, where the starter reads."""
    parser = argparse.ArgumentParser(prog="chaos.runtimes.supervisor")
    parser.add_argument("--shape", type=lambda text: msgspec.json.decode(text, type=Shape), required=True)
    parser.add_argument("--settings", type=lambda text: settings_of(msgspec.json.decode(text)))
    parser.add_argument("--port", type=int, required=True)
    given = parser.parse_args()
    try:
        asyncio.run(supervise(given.shape, given.settings, given.port))
    except ClusterError as error:
        print(error, flush=True)
        return 4
    return 0


if __name__ == "__main__":
    sys.exit(main())
