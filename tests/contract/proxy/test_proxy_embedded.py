"""What only the embedded proxy promises: runs that repeat, an API that never waits, bounded memory."""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import psutil
import pytest

from tests.contract.proxy.harness import (
    Link,
    Server,
    embedded_server,
    passes,
    receive,
    send_until_held_back,
    silent,
)

AT_ONCE_S = 5.0  # on a loaded machine; what it is held against would wait for minutes
A_LOT_BYTES = 300_000_000
UNREAD_BYTES = 40_000_000  # what the proxy and the kernel's own buffers may hold together
CONNECTIONS = 30

STALLING: dict[str, dict[str, Any]] = {
    "latency": {"latency": 600_000},
    "bandwidth": {"rate": 1},
    "slicer": {"average_size": 10, "delay": 60_000_000},
    "reset_peer": {"timeout": 600_000},
}


@pytest.fixture
def server() -> Iterator[Server]:
    with embedded_server("--seed", "7") as server:
        yield server


@pytest.fixture
def link(server: Server) -> Iterator[Link]:
    with ExitStack() as stack:
        yield Link(server, stack, "link")


def fates(seed: int, name: str = "link") -> list[bool]:
    """Which connections a toxic of toxicity one half strikes, on a fresh server."""
    with embedded_server("--seed", str(seed)) as server, ExitStack() as stack:
        link = Link(server, stack, name)
        link.add("limit_data", "upstream", toxicity=0.5, bytes=1)
        struck = []
        for _ in range(CONNECTIONS):
            client, upstream = link.open()
            client.sendall(b"xy")
            struck.append(receive(upstream, 2) == b"x")
        return struck


def test_the_same_seed_strikes_the_same_connections() -> None:
    struck = fates(seed=7)
    assert fates(seed=7) == struck
    assert fates(seed=8) != struck
    assert fates(seed=7, name="another") != struck
    assert 0 < sum(struck) < CONNECTIONS


@pytest.mark.parametrize("kind", STALLING)
def test_toxics_change_at_once_however_much_is_stuck_in_them(link: Link, kind: str) -> None:
    link.add(kind, **STALLING[kind])
    _, upstream = link.open()
    send_until_held_back(upstream, A_LOT_BYTES if kind != "reset_peer" else 1)
    began = time.monotonic()
    link.update(**STALLING[kind])
    link.remove()
    link.add(kind, **STALLING[kind])
    link.enable(False)
    assert time.monotonic() - began < AT_ONCE_S


@pytest.mark.parametrize("kind", ["latency", "bandwidth", "slicer"])
def test_what_waits_in_a_toxic_is_bounded(server: Server, link: Link, kind: str) -> None:
    link.add(kind, "upstream", **STALLING[kind])
    process = psutil.Process(server.process.pid)
    before = process.memory_info().rss
    clients = [link.open()[0] for _ in range(3)]
    assert all(send_until_held_back(client, A_LOT_BYTES) < UNREAD_BYTES for client in clients)
    assert process.memory_info().rss - before < UNREAD_BYTES * len(clients)


def test_a_black_hole_takes_everything_and_keeps_nothing(server: Server, link: Link) -> None:
    link.add("timeout", "upstream", timeout=0)
    process = psutil.Process(server.process.pid)
    before = process.memory_info().rss
    client, _ = link.open()
    for _ in range(A_LOT_BYTES >> 20):
        client.sendall(bytes(1 << 20))
    assert process.memory_info().rss - before < UNREAD_BYTES


def test_packet_loss_loses_without_closing(link: Link) -> None:
    link.add("packet_loss", "upstream", loss_rate=1.0)
    client, upstream = link.open()
    client.sendall(b"lost")
    assert silent(upstream)
    link.update(loss_rate=0.0)
    assert passes(client, upstream)


def test_a_slicer_without_a_size_leaves_data_whole(link: Link) -> None:
    link.add("slicer", "upstream")
    assert passes(*link.open())


def test_a_reset_under_way_is_not_called_off(link: Link) -> None:
    link.add("reset_peer", "upstream", timeout=600_000)
    client, upstream = link.open()
    client.sendall(b"swallowed")
    assert silent(upstream)
    link.remove()
    with pytest.raises(ConnectionResetError):
        client.recv(1)
