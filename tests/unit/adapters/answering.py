"""A node that answers in frames, and whoever calls it with bytes of its own choice."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from uvicorn.server import ServerState

from services.adapters.doors import way_in
from services.adapters.first_line import FirstLine
from services.adapters.frame_service import FrameService
from services.adapters.frames import HEADER
from services.adapters.guards import Receive, Scope, Send
from services.adapters.incarnation import Incarnation
from services.adapters.notes import Notebook
from services.messages import AskStatus, Configure, Failed, Message, Position, Status, decode, encode
from services.messages.single_leader import LeadStatus

STATUS = Status(node="n1", role="follower", detail=LeadStatus(epoch=3, position=Position(3, 7)))
HELLO = b"LAB/1 secret\n"
ASK = encode(AskStatus())
SHORT_S = 0.15
DEADLINE_S = 20.0  # for a machine that has much to do


class Node:
    """Answers when `gate` is open, or fails as `error` says; keeps what is logged and counted."""

    def __init__(self) -> None:
        self.gate = asyncio.Event()
        self.gate.set()
        self.error: Exception | None = None
        self.lines: list[tuple[str, dict[str, object]]] = []
        self.counted: list[tuple[str, int]] = []
        self.under_way = self.most_under_way = 0
        self.state = ServerState()
        self.reply: Message = STATUS

    async def handle(self, message: Message) -> Message:
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            await self.gate.wait()
        finally:
            self.under_way -= 1
        if self.error is not None:
            raise self.error
        return self.reply

    def event(self, event: str, **fields: object) -> None:
        self.lines.append((event, fields))

    def count(self, route: str, http_status: int) -> None:
        self.counted.append((route, http_status))


class Caller:
    """One connection to the node."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    def send(self, *parts: bytes) -> None:
        """Nothing, where the node has gone meanwhile: uvloop refuses to write to what it has closed."""
        if not self.writer.is_closing():
            self.writer.write(b"".join(parts))

    async def heard(self) -> tuple[int, Message]:
        async with asyncio.timeout(DEADLINE_S):
            length, number = HEADER.unpack(await self.reader.readexactly(HEADER.size))
            return number, decode(await self.reader.readexactly(length))

    async def refused(self) -> tuple[int, str, bool]:
        """Number, code and definiteness of the next answer, a failure."""
        number, reply = await self.heard()
        assert isinstance(reply, Failed)
        return number, reply.error, reply.definite

    async def is_closed(self) -> bool:
        """Whether that is what comes next: in good order, or as a reset of what was still on its way."""
        async with asyncio.timeout(DEADLINE_S):
            try:
                return await self.reader.read(1) == b""
            except ConnectionResetError:
                return True


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"hi"})


@asynccontextmanager
async def connection(
    node: Node, incarnation: Incarnation | None = None, notebook: Notebook | None = None
) -> AsyncIterator[Caller]:
    served = (AskStatus, Configure)
    frames = FrameService("replica", served, node.handle, "secret", node, node.count, incarnation, notebook)
    config = way_in(application, frames)
    config.load()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: FirstLine(config, node.state, {}, frames=frames), "127.0.0.1", 0
    )
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    try:
        yield Caller(reader, writer)
    finally:
        writer.close()
        server.close()
        node.gate.set()
        await until(lambda: not node.state.connections and not node.state.tasks)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(DEADLINE_S):
        while not condition():
            await asyncio.sleep(0.005)
