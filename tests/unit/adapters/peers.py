"""Peers that answer in frames, or do what real sockets do: break off, keep silent, let nobody in.

They are no part of `tests/world`: the adapter under test is what simulated machines do without.
"""

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from services.adapters.frames import HEADER, frame
from services.adapters.network import FrameNetwork
from services.adapters.notes import Notebook
from services.errors import LabError
from services.messages import AskStatus, Position, Status
from services.messages.single_leader import LeadStatus

Peer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

STATUS = Status(node="n2", role="follower", detail=LeadStatus(epoch=3, position=Position(3, 7)))
BLACK_HOLE_S = 0.1
DEADLINE_S = 20.0  # for a machine that has much to do


async def asked(reader: asyncio.StreamReader) -> int:
    """The number of the next request."""
    length, number = HEADER.unpack(await reader.readexactly(HEADER.size))
    await reader.readexactly(length)
    return int(number)


def saying(*bodies: bytes, then_close: bool = True) -> Peer:
    """A peer that answers one request with each of `bodies`."""

    async def peer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert (await reader.readline()).split()[:2] == [b"LAB/1", b"secret"]
        for body in bodies:
            writer.write(frame(await asked(reader), body))
        if then_close:
            await asked(reader)
            writer.close()

    return peer


def bytes_for_an_answer(data: bytes) -> Peer:
    """A peer that sends these very bytes when it is asked, and is gone."""

    async def peer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        await asked(reader)
        writer.write(data)
        writer.close()

    return peer


async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()
    writer.close()


class Peers:
    """Each connection gets the next of `peers`, the last one all that come after; counts who is there."""

    def __init__(self, *peers: Peer) -> None:
        self._peers, self.accepted, self.open = peers, 0, 0

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer = self._peers[min(self.accepted, len(self._peers) - 1)]
        self.accepted += 1
        self.open += 1
        try:
            await peer(reader, writer)
            await reader.read()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self.open -= 1
            writer.close()


@asynccontextmanager
async def network_to(peer: Peer, notebook: Notebook | None = None) -> AsyncIterator[FrameNetwork]:
    server = await asyncio.start_server(peer, "127.0.0.1", 0)
    links = {"n2": f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"}
    network = FrameNetwork(links, "secret", notebook=notebook)
    try:
        yield network
    finally:
        await network.close()
        server.close()


async def failure_of(network: FrameNetwork, timeout_s: float = DEADLINE_S) -> tuple[str, bool]:
    with pytest.raises(LabError) as caught:
        await network.call("n2", AskStatus(), timeout_s)
    return caught.value.kind.code, caught.value.definite


async def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not condition():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.005)


@asynccontextmanager
async def full_backlog() -> AsyncIterator[int]:
    """A port that lets nobody in and refuses nobody: its queue is full."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        fillers = [socket.socket() for _ in range(4)]
        try:
            for filler in fillers:
                filler.setblocking(False)
                filler.connect_ex(listener.getsockname())
            await asyncio.sleep(0)
            yield listener.getsockname()[1]
        finally:
            for filler in fillers:
                filler.close()
