"""What the caller learns about a request's fate, for every way in which a real socket can fail."""

import asyncio
import socket
import time
from collections.abc import Iterator

import pytest

from services.adapters.frames import LAST_WORD, frame
from services.adapters.guards import MESSAGE_BODY_BYTES
from services.adapters.network import FrameNetwork
from services.errors import LabError
from services.messages import AskStatus, Operation, Write, encode, failed
from tests.unit.adapters.peers import (
    BLACK_HOLE_S,
    DEADLINE_S,
    STATUS,
    Peers,
    bytes_for_an_answer,
    failure_of,
    network_to,
    saying,
    silent,
)


@pytest.fixture
def closed_port() -> Iterator[int]:
    with socket.socket() as bound:  # but not listening
        bound.bind(("127.0.0.1", 0))
        yield bound.getsockname()[1]


async def test_a_reply_comes_back() -> None:
    async with network_to(saying(encode(STATUS))) as network:
        assert await network.call("n2", AskStatus(), DEADLINE_S) == STATUS


async def test_a_closed_port_is_definite(closed_port: int) -> None:
    network = FrameNetwork({"n2": f"http://127.0.0.1:{closed_port}"}, "secret")
    for outcome in await asyncio.gather(*(failure_of(network) for _ in range(3))):
        assert outcome == ("unreachable", True)
    await network.close()


async def test_no_link_is_definite() -> None:
    network = FrameNetwork({"n1": "http://127.0.0.1:1"}, "secret")
    with pytest.raises(LabError, match="no link to 'n2'; known: n1"):
        await network.call("n2", AskStatus(), 1)
    await network.close()


async def test_what_is_too_large_is_refused_here_and_harms_nobody_else() -> None:
    peers = Peers(saying(encode(STATUS), encode(STATUS), then_close=False))
    async with network_to(peers) as network:
        assert await network.call("n2", AskStatus(), DEADLINE_S) == STATUS
        huge = Write(operation=Operation("put", "x", "v" * MESSAGE_BODY_BYTES))
        with pytest.raises(LabError, match="too-large"):
            await network.call("n2", huge, DEADLINE_S)
        assert await network.call("n2", AskStatus(), DEADLINE_S) == STATUS
    assert peers.accepted == 1


async def test_silence_is_in_doubt() -> None:
    async with network_to(silent) as network:
        began = time.monotonic()
        assert await failure_of(network, timeout_s=BLACK_HOLE_S) == ("timed-out", False)
        assert time.monotonic() - began < 2


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0\0",
        frame(1, encode(STATUS))[:-5],
        b"HTTP/1.1 503 Service Unavailable\r\n\r\n",
        frame(1, b""),
        frame(1, b"<html>"),
        frame(1, b'{"kind":"from-the-future"}'),
        frame(1, b'{"kind":"failed","error":"from-the-future","message":"","definite":true}'),
        frame(7, encode(STATUS)),
    ],
)
async def test_no_readable_answer_is_in_doubt(data: bytes) -> None:
    async with network_to(bytes_for_an_answer(data)) as network:
        assert await failure_of(network) == ("connection-lost", False)


async def test_a_refusal_is_the_peers_own() -> None:
    refusal = encode(failed(LabError("not-leader", "ask n1", leader="n1")))
    async with network_to(saying(refusal)) as network:
        with pytest.raises(LabError, match="not-leader: ask n1") as caught:
            await network.call("n2", AskStatus(), DEADLINE_S)
    assert caught.value.leader == "n1"
    assert caught.value.definite


async def test_the_last_word_goes_to_all_who_wait() -> None:
    word = frame(LAST_WORD, encode(failed(LabError("unauthorized", "show the token"))))
    async with network_to(bytes_for_an_answer(word)) as network:
        for outcome in await asyncio.gather(*(failure_of(network) for _ in range(3))):
            assert outcome == ("unauthorized", True)


async def test_a_last_word_after_others_leaves_those_who_wait_in_doubt() -> None:
    word = frame(1, encode(STATUS)) + frame(LAST_WORD, encode(failed(LabError("unauthorized", "no more"))))
    async with network_to(bytes_for_an_answer(word)) as network:
        first, second = await asyncio.gather(
            network.call("n2", AskStatus(), DEADLINE_S),
            network.call("n2", AskStatus(), DEADLINE_S),
            return_exceptions=True,
        )
    assert first == STATUS
    assert isinstance(second, LabError)
    assert second.kind.code == "connection-lost"
