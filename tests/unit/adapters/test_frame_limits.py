"""What nobody can make a node keep: frames too long, too slow or too many, and answers that nobody takes."""

import asyncio

import pytest

from services.adapters import first_line, frame_door
from services.adapters.frame_door import MOST_UNDER_WAY
from services.adapters.frames import HEADER, LAST_WORD, frame
from services.adapters.guards import MESSAGE_BODY_BYTES
from services.messages import Failed
from tests.unit.adapters.answering import ASK, HELLO, SHORT_S, STATUS, Node, connection, until


@pytest.fixture
def node() -> Node:
    return Node()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (HEADER.pack(MESSAGE_BODY_BYTES + 1, 3), "25165825 bytes"),
        (frame(LAST_WORD, ASK), "number 0"),
        (frame(2, ASK) * 2, "number 2"),
        (b"GET / HTTP/1.1\r\n\r\n", "a frame of 1195725856 bytes"),
    ],
)
async def test_what_breaks_the_rules_ends_the_connection_with_one_line(
    node: Node, data: bytes, reason: str
) -> None:
    node.gate.clear()
    async with connection(node) as caller:
        caller.send(HELLO, data, frame(9, ASK))
        while not await caller.is_closed():
            pass
    ((event, fields),) = node.lines
    assert event == "stream-broken"
    assert reason in str(fields["reason"])
    assert "\n" not in str(fields["reason"])


async def test_whoever_sends_too_much_learns_that(node: Node) -> None:
    async with connection(node) as caller:
        caller.send(HELLO, HEADER.pack(MESSAGE_BODY_BYTES + 1, 3), b"x" * 100)
        assert await caller.refused() == (3, "too-large", True)
        assert await caller.is_closed()


async def test_a_flood_waits_in_the_network_and_not_here(node: Node) -> None:
    node.gate.clear()
    async with connection(node) as caller:
        many = 3 * MOST_UNDER_WAY
        piece = 64 << 10  # what one reading brings is begun, and no more
        caller.send(HELLO, *(frame(number, ASK) for number in range(1, many + 1)))
        await until(lambda: node.under_way >= MOST_UNDER_WAY)
        await asyncio.sleep(0.05)
        assert node.under_way <= MOST_UNDER_WAY + 4 * piece // len(frame(1, ASK))
        node.gate.set()
        assert {(await caller.heard())[0] for _ in range(many)} == set(range(1, many + 1))


async def test_who_does_not_take_answers_is_not_read(node: Node) -> None:
    node.reply = Failed(error="internal", message="x" * (1 << 18), definite=False)
    async with connection(node) as caller:
        caller.writer.transport.pause_reading()  # type: ignore[attr-defined]
        caller.send(HELLO)
        for number in range(1, 151):
            caller.send(frame(number, ASK))
            await asyncio.sleep(0.002)
        assert len(node.counted) < 100
        caller.writer.transport.resume_reading()  # type: ignore[attr-defined]
        assert [(await caller.heard())[0] for _ in range(1, 151)] == list(range(1, 151))


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """With frames. A first line may take its time: this loop goes on while the machine stands still."""
    monkeypatch.setattr(frame_door, "REQUEST_DEADLINE_S", SHORT_S)
    monkeypatch.setattr(frame_door, "KEPT_OPEN_S", 4 * SHORT_S)
    monkeypatch.setattr(frame_door, "LOOK_S", SHORT_S / 10)


@pytest.mark.parametrize("data", [b"", b"LAB/", b"LAB/1 secret"])
async def test_a_first_line_must_come_soon(node: Node, data: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(first_line, "REQUEST_DEADLINE_S", SHORT_S)
    async with connection(node) as caller:
        caller.send(data)
        assert await caller.is_closed()


@pytest.mark.usefixtures("impatient")
async def test_a_byte_now_and_then_does_not_help(node: Node) -> None:
    async with connection(node) as caller:
        caller.send(HELLO, frame(1, ASK))
        assert await caller.heard() == (1, STATUS)
        ended = asyncio.create_task(caller.is_closed())
        for byte in frame(2, b" " * 1000):
            caller.send(bytes([byte]))
            await asyncio.wait([ended], timeout=SHORT_S / 10)
            if ended.done():
                break
        assert await ended
    assert [event for event, _ in node.lines] == ["stream-broken"]


@pytest.mark.usefixtures("impatient")
async def test_an_idle_connection_is_closed_and_one_that_waits_is_not(node: Node) -> None:
    node.gate.clear()
    async with connection(node) as caller:
        caller.send(HELLO, frame(1, ASK))
        await asyncio.sleep(8 * SHORT_S)
        node.gate.set()
        assert await caller.heard() == (1, STATUS)
        assert await caller.is_closed()
    assert node.lines == []


async def test_a_node_that_stops_answers_what_it_has_taken_and_refuses_the_rest(node: Node) -> None:
    node.gate.clear()
    async with connection(node) as caller:
        caller.send(HELLO, frame(1, ASK))
        await until(lambda: node.under_way == 1)
        for each in list(node.state.connections):
            each.shutdown()
        caller.send(frame(2, ASK))
        assert await caller.refused() == (2, "shutting-down", True)
        node.gate.set()
        assert await caller.heard() == (1, STATUS)
        assert await caller.is_closed()


async def test_too_many_connections(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(first_line, "MOST_CONNECTIONS", 0)
    monkeypatch.setattr("services.adapters.protocol.MOST_CONNECTIONS", 0)
    async with connection(node) as caller:
        caller.send(HELLO, frame(1, ASK))
        assert (await caller.reader.readline()).startswith(b"HTTP/1.1 503")
        while not await caller.is_closed():
            pass
    assert node.counted == []
