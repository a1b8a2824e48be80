"""Connections that come and go, politely or not, leave nothing in the embedded proxy.

A client that connects and resets without a word is what a port scanner, a health check or a client that
was killed looks like. The upstream is being dialled while it goes, which is where connections were lost.
"""

import asyncio
import gc
import socket
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from threading import Thread

import psutil
import pytest
import uvloop

from chaos.proxy.connection import Connection
from chaos.proxy.metrics import Metrics
from chaos.proxy.proxy import Proxy
from chaos.proxy.records import ProxySettings, Toxic
from chaos.proxy.toxics.reset_peer import ResetPeerAttributes
from tests.contract.proxy.harness import DEADLINE_S, Link, connect, embedded_server, eventually, until

RESETS = 20_000
WARM_UP = 2_000  # after these the process has what it keeps for ever: code, pools, lists
GROWTH_BYTES = 16_000_000  # 20,000 connections that stay would take seven times as much
FILES = 4  # the API's own connections come and go
RATE_PER_S, STEADY_S = 500, 60
AT_ONCE = 1_000
A_FEW = 200


def come_and_reset(host: str, port: int) -> None:
    """Connect, and reset the connection without having sent anything."""
    with closing(socket.create_connection((host, port), timeout=DEADLINE_S)) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


@contextmanager
def nothing_kept(process: psutil.Process) -> Iterator[None]:
    """Whatever happens inside, afterwards the process has as many files and as much memory as before."""
    files, memory = process.num_fds(), process.memory_info().rss
    yield
    eventually(lambda: process.num_fds() <= files + FILES)
    assert process.memory_info().rss - memory < GROWTH_BYTES


@contextmanager
def upstream() -> Iterator[tuple[str, int]]:
    """The address of a server that takes each connection and reads it to its end."""
    with socket.create_server(("127.0.0.1", 0), backlog=RESETS) as listener:
        thread = Thread(target=_read_all, args=(listener,), daemon=True)
        thread.start()
        yield listener.getsockname()[:2]
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(DEADLINE_S)


def _read_all(listener: socket.socket) -> None:
    with suppress(OSError):  # the listener has ended
        while True:
            with listener.accept()[0] as sock, suppress(ConnectionError):
                while sock.recv(4096):
                    pass


@contextmanager
def a_proxy() -> Iterator[tuple[Callable[[], None], psutil.Process]]:
    """A client that comes and resets, and the process of the proxy, which has seen some already."""
    with embedded_server() as server, upstream() as (host, port):
        settings = {"name": "link", "listen": "127.0.0.1:0", "upstream": f"{host}:{port}"}
        listen = server.call("POST", "/proxies", settings).json["listen"].rpartition(":")

        def client() -> None:
            come_and_reset(listen[0], int(listen[2]))

        for _ in range(WARM_UP):
            client()
        yield client, psutil.Process(server.process.pid)


def test_clients_that_reset_leave_no_file_and_no_memory() -> None:
    with a_proxy() as (client, process), nothing_kept(process):
        for _ in range(RESETS):
            client()


@pytest.mark.long
def test_nothing_grows_in_a_minute_of_many_clients() -> None:
    with a_proxy() as (client, process), nothing_kept(process):
        began = time.monotonic()
        for number in range(RATE_PER_S * STEADY_S):
            time.sleep(max(0.0, began + number / RATE_PER_S - time.monotonic()))
            client()


def test_clients_that_reset_leave_no_object_and_toxics_change_for_all() -> None:
    """A connection that was lost half-way used to fail the removal of a toxic, for all that came after it."""
    toxic = Toxic("t", "reset_peer", "upstream", 1.0, ResetPeerAttributes(timeout=60_000))

    async def scenario(host: str, port: int) -> None:
        metrics = Metrics()
        proxy = Proxy(ProxySettings("link", "127.0.0.1:0", f"{host}:{port}"), 1, metrics)
        await proxy.start()
        own, _, own_port = proxy.settings.listen.rpartition(":")
        proxy.set_toxic(toxic)
        for _ in range(A_FEW):
            await asyncio.to_thread(come_and_reset, own, int(own_port))
        reader, writer = await asyncio.open_connection(own, int(own_port))
        writer.write(b"x")
        await until(lambda: "} 1\n" in metrics.exposition())
        proxy.remove_toxic("t")
        with pytest.raises(ConnectionResetError):
            await reader.read(1)
        writer.close()
        await until(lambda: not connections())
        proxy.stop()

    with upstream() as address:
        uvloop.run(scenario(*address))


def connections() -> list[Connection]:
    """Every connection that is still in memory."""
    gc.collect()
    return [thing for thing in gc.get_objects() if isinstance(thing, Connection)]


def test_a_crowd_at_once_waits_in_the_backlog() -> None:
    """Python's and uvloop's servers listen again, for no more than 100, unless they are told."""
    with embedded_server() as server, ExitStack() as stack:
        link = Link(server, stack, "link")
        process = psutil.Process(server.process.pid)
        process.suspend()
        try:
            for _ in range(AT_ONCE):
                connect(link.listen, stack)
        finally:
            process.resume()
