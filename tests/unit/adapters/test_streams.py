"""One stream for all callers of a link: when it is shared, when it is given up, what is left of it."""

import asyncio

import pytest

from services.adapters import stream
from services.adapters.frames import frame
from services.adapters.network import FrameNetwork
from services.errors import LabError
from services.messages import AskStatus, Status, encode, failed
from tests.unit.adapters.peers import (
    BLACK_HOLE_S,
    DEADLINE_S,
    STATUS,
    Peers,
    asked,
    failure_of,
    full_backlog,
    network_to,
    saying,
    silent,
    until,
)


async def test_one_connection_serves_all() -> None:
    peers = Peers(saying(*[encode(STATUS)] * 20, then_close=False))
    async with network_to(peers) as network:
        for _ in range(10):
            await network.call("n2", AskStatus(), DEADLINE_S)
        await asyncio.gather(*(network.call("n2", AskStatus(), DEADLINE_S) for _ in range(10)))
        assert (peers.accepted, peers.open) == (1, 1)
        (link,) = network._links.values()
        assert not link._retired


async def test_answers_come_in_any_order() -> None:
    def status(epoch: int) -> Status:
        return Status(node="n2", role="follower", owes=epoch)

    async def backwards(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        numbers = [await asked(reader) for _ in range(50)]
        for number in reversed(numbers):
            writer.write(frame(number, encode(status(number))))

    async with network_to(Peers(backwards)) as network:
        replies = await asyncio.gather(*(network.call("n2", AskStatus(), DEADLINE_S) for _ in range(50)))
    assert replies == [status(number) for number in range(1, 51)]


async def test_a_stream_that_ended_is_replaced() -> None:
    peers = Peers(saying(encode(STATUS)))
    async with network_to(peers) as network:
        assert await network.call("n2", AskStatus(), DEADLINE_S) == STATUS
        assert await failure_of(network) == ("connection-lost", False)
        assert await network.call("n2", AskStatus(), DEADLINE_S) == STATUS
    assert peers.accepted == 2


async def test_a_stream_on_which_nobody_answered_takes_nothing_new_and_ends() -> None:
    peers = Peers(silent, saying(encode(STATUS), then_close=False))
    async with network_to(peers) as network:
        assert await failure_of(network, timeout_s=BLACK_HOLE_S) == ("timed-out", False)
        assert await network.call("n2", AskStatus(), DEADLINE_S) == STATUS
        await until(lambda: (peers.accepted, peers.open) == (2, 1))


async def test_it_stays_for_those_who_are_more_patient() -> None:
    asked_twice = asyncio.Event()

    async def answers_the_second(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(frame(await asked(reader), encode(STATUS)))
        await asked(reader)
        second = await asked(reader)
        await asked_twice.wait()
        writer.write(frame(second, encode(STATUS)))

    peers = Peers(answers_the_second, saying(encode(STATUS), then_close=False))
    async with network_to(peers) as network:
        assert await network.call("n2", AskStatus(), DEADLINE_S) == STATUS  # from now on asking is sending
        impatient = asyncio.create_task(failure_of(network, timeout_s=BLACK_HOLE_S))
        patient = asyncio.create_task(network.call("n2", AskStatus(), DEADLINE_S))
        assert await impatient == ("timed-out", False)
        assert await network.call("n2", AskStatus(), DEADLINE_S) == STATUS
        asked_twice.set()
        assert await patient == STATUS
        await until(lambda: peers.open == 1)


async def test_who_gave_up_unheard_finds_a_black_hole_all_the_same() -> None:
    """A caller that is cancelled says nothing about the link; that nothing ever came back does."""
    peers = Peers(silent, saying(encode(STATUS), then_close=False))
    async with network_to(peers) as network:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(BLACK_HOLE_S / 2):
                await network.call("n2", AskStatus(), BLACK_HOLE_S)
        await until(lambda: (peers.accepted, peers.open) == (1, 0))
        assert await network.call("n2", AskStatus(), DEADLINE_S) == STATUS


async def test_a_dial_that_hangs_is_given_up() -> None:
    async with full_backlog() as port:
        network = FrameNetwork({"n2": f"http://127.0.0.1:{port}"}, "secret")
        before = len(asyncio.all_tasks())
        for _ in range(3):
            assert await failure_of(network, timeout_s=BLACK_HOLE_S) == ("timed-out", False)
        await until(lambda: len(asyncio.all_tasks()) == before)
        await network.close()


async def test_what_was_given_up_before_there_was_a_connection_is_never_sent() -> None:
    peers = Peers(saying(encode(STATUS), then_close=False))
    async with network_to(peers) as network:
        gives_up = asyncio.create_task(network.call("n2", AskStatus(), DEADLINE_S))
        await asyncio.sleep(0)  # it has asked, and the dial has begun
        gives_up.cancel()
        await network.call("n2", AskStatus(), DEADLINE_S)  # whose answer is the only one that this peer gives


async def test_an_idle_stream_is_closed_by_whoever_opened_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "KEEP_ALIVE_S", 0.1)
    monkeypatch.setattr(stream, "LOOK_S", 0.01)
    peers = Peers(saying(encode(STATUS), then_close=False))
    async with network_to(peers) as network:
        assert await network.call("n2", AskStatus(), DEADLINE_S) == STATUS
        await until(lambda: peers.open == 0)
        assert await network.call("n2", AskStatus(), DEADLINE_S) == STATUS
    assert peers.accepted == 2


async def test_closing_lets_nobody_wait() -> None:
    async with network_to(silent) as network:
        waits = asyncio.create_task(failure_of(network))
        await asyncio.sleep(0.05)
        await network.close()
        assert await waits == ("connection-lost", False)
    async with full_backlog() as port:
        network = FrameNetwork({"n2": f"http://127.0.0.1:{port}"}, "secret")
        waits = asyncio.create_task(failure_of(network))
        await asyncio.sleep(0.05)
        await network.close()
        assert (await waits)[0] == "connection-lost"


async def test_a_large_answer_in_small_pieces() -> None:
    body = encode(failed(LabError("bad-order", "x" * 300_000)))

    async def trickles(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        data = frame(await asked(reader), body)
        for start in range(0, len(data), 1000):
            writer.write(data[start : start + 1000])
            await writer.drain()

    async with network_to(Peers(trickles)) as network:
        assert await failure_of(network) == ("bad-order", True)
