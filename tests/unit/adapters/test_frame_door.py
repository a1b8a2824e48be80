"""The node's side of a stream of frames: whom it lets in, and what it answers."""

import asyncio

import pytest

from services.adapters.frames import LAST_WORD, LONGEST_LINE, frame
from services.errors import LabError
from services.messages import Failed, encode
from services.messages.single_leader import Fence
from tests.unit.adapters.answering import ASK, HELLO, STATUS, Node, connection, until


@pytest.fixture
def node() -> Node:
    return Node()


async def test_requests_are_answered_however_they_come(node: Node) -> None:
    async with connection(node) as caller:
        data = HELLO + frame(1, ASK) + frame(2, ASK)
        for place in range(len(data)):
            caller.send(data[place : place + 1])
            await asyncio.sleep(0)
        assert [await caller.heard() for _ in range(2)] == [(1, STATUS), (2, STATUS)]
    assert node.counted == [("/messages/ask-status", 200)] * 2


async def test_many_requests_in_one_piece(node: Node) -> None:
    async with connection(node) as caller:
        caller.send(HELLO, *(frame(number, ASK) for number in range(1, 101)))
        assert [(await caller.heard())[0] for _ in range(100)] == list(range(1, 101))


async def test_http_is_served_at_the_same_port(node: Node) -> None:
    for beginning in (b"L", b"LAB HTTP/1.1"):  # neither is a method that anybody serves
        async with connection(node) as caller:
            caller.send(beginning[:1])
            await asyncio.sleep(0.01)
            caller.send(beginning[1:], b" / HTTP/1.1\r\nhost: x\r\n\r\n")
            assert (await caller.reader.readline()).startswith(b"HTTP/1.1 400")
    async with connection(node) as caller:
        caller.send(b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n")
        assert (await caller.reader.readline()).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"LAB/1 wrong\n", "unauthorized"),
        (b"LAB/1 \n", "unauthorized"),
        (b"LAB/1\n", "unauthorized"),
        (b"LAB/1 secret and much more\n", "unauthorized"),
        (b"LAB/1 s\xe4\n", "unauthorized"),
        (b"LAB/2 secret\n", "bad-request"),
        (b"LAB/\n", "bad-request"),
        (b"LAB/" + b"x" * LONGEST_LINE, "bad-request"),
        (b"LAB/1 secret " + b"x" * LONGEST_LINE + b"\n", "bad-request"),
    ],
)
async def test_who_begins_otherwise_is_refused_and_nothing_is_done(
    node: Node, line: bytes, code: str
) -> None:
    async with connection(node) as caller:
        caller.send(line, frame(1, ASK))
        assert await caller.refused() == (LAST_WORD, code, True)
        assert await caller.is_closed()
    assert node.counted == []


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "bad-request"),
        (b"{", "bad-request"),
        (b"\xff", "bad-request"),
        (b'{"kind":"ask-status","more":1}', "bad-request"),
        (encode(Fence(epoch=1)), "no-such-route"),
        (encode(STATUS), "no-such-route"),
    ],
)
async def test_what_is_no_message_for_this_node_is_refused_alone(node: Node, body: bytes, code: str) -> None:
    async with connection(node) as caller:
        caller.send(HELLO, frame(1, body), frame(2, ASK))
        assert await caller.refused() == (1, code, True)
        assert await caller.heard() == (2, STATUS)


async def test_failures_keep_their_codes_and_bugs_are_for_the_log(node: Node) -> None:
    async with connection(node) as caller:
        node.error = LabError("not-leader", "ask n2", leader="n2")
        caller.send(HELLO, frame(1, ASK))
        refusal = Failed(error="not-leader", message="ask n2", definite=True, leader="n2")
        assert await caller.heard() == (1, refusal)
        node.error = ZeroDivisionError("a bug")
        caller.send(frame(2, ASK))
        assert await caller.refused() == (2, "internal", False)
    assert [event for event, _ in node.lines] == ["bug"]
    assert node.counted == [("/messages/ask-status", 409), ("/messages/ask-status", 500)]


async def test_who_closes_in_the_middle_of_a_frame_leaves_one_line(node: Node) -> None:
    async with connection(node) as caller:
        caller.send(HELLO, frame(1, ASK)[:-3])
        caller.writer.write_eof()
        assert await caller.is_closed()
    assert [event for event, _ in node.lines] == ["stream-broken"]


async def test_who_sends_no_more_is_still_answered(node: Node) -> None:
    node.gate.clear()
    async with connection(node) as caller:
        caller.send(HELLO, frame(1, ASK))
        caller.writer.write_eof()
        await until(lambda: node.under_way == 1)
        node.gate.set()
        assert await caller.heard() == (1, STATUS)
        assert await caller.is_closed()


async def test_who_is_gone_has_been_heard_all_the_same(node: Node) -> None:
    node.gate.clear()
    async with connection(node) as caller:
        caller.send(HELLO, frame(1, ASK))
        await until(lambda: node.under_way == 1)
        caller.writer.transport.abort()
        await asyncio.sleep(0.01)
        node.gate.set()
        await until(lambda: bool(node.counted) and not node.state.connections)
    assert node.lines == []
