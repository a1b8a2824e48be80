"""The last words on a connection arrive, though the other side is still sending; but not for ever."""

import asyncio

import pytest

from services.adapters import lingering
from services.adapters.frames import HEADER, LAST_WORD
from services.adapters.guards import MESSAGE_BODY_BYTES
from tests.unit.adapters.answering import HELLO, SHORT_S, Node, connection, until

TIMES = 20
MIB = b"x" * (1 << 20)
TOO_LONG = HEADER.pack(MESSAGE_BODY_BYTES + 1, 3)
HEADERS = b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + MIB


@pytest.fixture
def node() -> Node:
    return Node()


async def ended_in_good_order(reader: asyncio.StreamReader) -> bool:
    return await reader.read(1) == b""


@pytest.mark.parametrize(
    ("data", "refusal"),
    [
        pytest.param(HELLO + TOO_LONG + MIB, (3, "too-large", True), id="frame"),
        pytest.param(b"LAB/1 wrong\n" + MIB, (LAST_WORD, "unauthorized", True), id="token"),
        pytest.param(b"LAB/1 " + MIB, (LAST_WORD, "bad-request", True), id="first-line"),
    ],
)
async def test_who_sends_frames_hears_why_the_stream_ends(
    node: Node, data: bytes, refusal: tuple[int, str, bool]
) -> None:
    for _ in range(TIMES):
        async with connection(node) as caller:
            caller.send(data)
            await caller.writer.drain()
            assert await caller.refused() == refusal
            assert await ended_in_good_order(caller.reader)


@pytest.mark.parametrize("many", [False, True], ids=["too-large", "too-many-connections"])
async def test_who_sends_http_hears_it_too(node: Node, many: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if many:
        monkeypatch.setattr("services.adapters.first_line.MOST_CONNECTIONS", 0)
        monkeypatch.setattr("services.adapters.protocol.MOST_CONNECTIONS", 0)
    for _ in range(TIMES):
        async with connection(node) as caller:
            caller.send(HEADERS)
            await caller.writer.drain()
            answer = await caller.reader.read(-1)
            assert answer.startswith(b"HTTP/1.1 503" if many else b"HTTP/1.1 413")
            assert (b"overloaded" if many else b"too-large") in answer and answer.endswith(b"}")


@pytest.mark.parametrize(("name", "limit"), [("LINGER_S", SHORT_S), ("LINGER_BYTES", 3 << 20)])
async def test_who_goes_on_is_cut_off(
    node: Node, name: str, limit: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lingering, name, limit)
    async with connection(node) as caller:
        caller.send(HEADERS)
        while not caller.writer.is_closing():
            caller.send(b"x" if name == "LINGER_S" else MIB)
            await asyncio.sleep(SHORT_S / 20)
        assert not node.state.connections


async def test_where_too_many_linger_there_is_no_waiting(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lingering, "MOST_CONNECTIONS", 0)
    monkeypatch.setattr(lingering, "MOST_LINGERING", 0)
    async with connection(node) as caller:
        caller.send(HELLO, TOO_LONG)
        await until(lambda: not node.state.connections)


async def test_a_node_that_stops_waits_for_nobody(node: Node) -> None:
    async with connection(node) as caller:
        caller.send(HELLO, TOO_LONG)
        assert await caller.refused() == (3, "too-large", True)
        for each in list(node.state.connections):
            each.shutdown()
        await until(lambda: not node.state.connections)
