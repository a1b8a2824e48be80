"""What the caller learns about a request's fate, for every way in which a real socket can fail."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from services.adapters.network import HttpNetwork
from services.errors import LabError
from services.messages import AskStatus, Position, Status, encode
from services.messages.single_leader import LeadStatus

Peer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

STATUS = Status(node="n2", role="follower", detail=LeadStatus(epoch=3, position=Position(3, 7)))


def http(status: str, body: bytes) -> bytes:
    return b"HTTP/1.1 %s\r\ncontent-length: %d\r\n\r\n%s" % (status.encode(), len(body), body)


def answering(*answers: bytes, then_close: bool = True) -> Peer:
    """A peer that gives one answer a request on one connection."""

    async def peer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for answer in answers:
            await reader.readuntil(b"}")
            writer.write(answer)
            await writer.drain()
        if then_close:
            writer.close()

    return peer


async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()
    writer.close()


@asynccontextmanager
async def network_to(peer: Peer) -> AsyncIterator[HttpNetwork]:
    server = await asyncio.start_server(peer, "127.0.0.1", 0)
    network = HttpNetwork({"n2": f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"}, "secret")
    try:
        yield network
    finally:
        await network.close()
        server.close()


async def failure_of(network: HttpNetwork, timeout_s: float = 5) -> tuple[str, bool]:
    with pytest.raises(LabError) as caught:
        await network.call("n2", AskStatus(), timeout_s)
    return caught.value.kind.code, caught.value.definite


async def test_a_reply_comes_back() -> None:
    async with network_to(answering(http("200 OK", encode(STATUS)))) as network:
        assert await network.call("n2", AskStatus(), 5) == STATUS


async def test_a_closed_port_is_definite() -> None:
    with socket.socket() as bound:  # but not listening
        bound.bind(("127.0.0.1", 0))
        network = HttpNetwork({"n2": f"http://127.0.0.1:{bound.getsockname()[1]}"}, "secret")
        assert await failure_of(network) == ("unreachable", True)
    await network.close()


async def test_no_link_is_definite() -> None:
    network = HttpNetwork({"n1": "http://127.0.0.1:1"}, "secret")
    with pytest.raises(LabError, match="no link to 'n2'; known: n1"):
        await network.call("n2", AskStatus(), 1)
    await network.close()


async def test_silence_is_in_doubt() -> None:
    async with network_to(silent) as network:
        began = time.monotonic()
        assert await failure_of(network, timeout_s=0.1) == ("timed-out", False)
        assert time.monotonic() - began < 2


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 200 OK\r\ncontent-le",
        http("200 OK", encode(STATUS))[:-5],
        b"SSH-2.0-OpenSSH_9.2\r\n",
        http("200 OK", b""),
        http("200 OK", b"<html>"),
        http("200 OK", b'{"kind":"from-the-future"}'),
        http("502 Bad Gateway", b"<html>"),
        http("503 Service Unavailable", b'{"error":"from-the-future","message":"","definite":true}'),
    ],
)
async def test_no_readable_answer_is_in_doubt(answer: bytes) -> None:
    async with network_to(answering(answer)) as network:
        assert await failure_of(network) == ("connection-lost", False)


async def test_a_refusal_is_the_peers_own() -> None:
    body = b'{"error":"not-leader","message":"ask n1","definite":true,"leader":"n1"}'
    async with network_to(answering(http("409 Conflict", body))) as network:
        with pytest.raises(LabError, match="not-leader: ask n1") as caught:
            await network.call("n2", AskStatus(), 5)
    assert caught.value.leader == "n1"
    assert caught.value.definite


async def test_connections_are_kept() -> None:
    answer = http("200 OK", encode(STATUS))
    connections = 0

    async def counting(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        await answering(*[answer] * 5)(reader, writer)

    async with network_to(counting) as network:
        for _ in range(5):
            await network.call("n2", AskStatus(), 5)
    assert connections == 1


async def test_a_connection_that_did_not_answer_is_not_used_again() -> None:
    first = True

    async def black_hole_at_first(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal first
        was_first, first = first, False
        await (silent if was_first else answering(http("200 OK", encode(STATUS))))(reader, writer)

    async with network_to(black_hole_at_first) as network:
        assert await failure_of(network, timeout_s=0.1) == ("timed-out", False)
        assert await network.call("n2", AskStatus(), 5) == STATUS
