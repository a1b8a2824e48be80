"""A node does nothing for nodes of an earlier beginning, however late they come, and remembers its own."""

import asyncio
from pathlib import Path

import pytest

from services.adapters.disk import FileDisk
from services.adapters.frames import frame
from services.adapters.incarnation import Incarnation
from services.adapters.network import FrameNetwork
from services.errors import LabError
from services.messages import AskStatus, Configure, Message, Status, encode
from services.settings.single_leader import SingleLeaderSettings
from tests.unit.adapters.answering import ASK, HELLO, STATUS, Node, connection
from tests.unit.adapters.peers import asked

REFUSED = (1, "another-incarnation", True)


def to_begin(incarnation: str) -> Configure:
    return Configure(settings=SingleLeaderSettings(), reset=True, incarnation=incarnation)


@pytest.fixture
def disk(tmp_path: Path) -> FileDisk:
    return FileDisk(tmp_path)


async def begun(disk: FileDisk, name: str) -> Incarnation:
    incarnation = Incarnation(disk)
    await incarnation.handle(to_begin(name), Node().handle)
    return incarnation


async def test_what_was_said_in_an_earlier_beginning_is_refused_and_not_done(disk: FileDisk) -> None:
    node = Node()
    async with connection(node, await begun(disk, "second")) as late:
        late.send(b"LAB/1 secret first\n", frame(1, ASK))
        assert await late.refused() == REFUSED
    assert node.most_under_way == 0


@pytest.mark.parametrize("hello", [HELLO, b"LAB/1 secret second\n"])
async def test_the_lab_and_its_own_are_heard(disk: FileDisk, hello: bytes) -> None:
    async with connection(Node(), await begun(disk, "second")) as caller:
        caller.send(hello, frame(1, ASK))
        assert await caller.heard() == (1, STATUS)


async def test_a_stream_that_was_open_before_is_of_before(disk: FileDisk) -> None:
    incarnation = await begun(disk, "first")
    async with connection(Node(), incarnation) as peer:
        peer.send(b"LAB/1 secret first\n", frame(1, ASK))
        assert await peer.heard() == (1, STATUS)
        await incarnation.handle(to_begin("second"), Node().handle)
        peer.send(frame(1, ASK))
        assert await peer.refused() == REFUSED


async def test_nobody_of_before_is_heard_while_a_node_begins(disk: FileDisk) -> None:
    incarnation, node = await begun(disk, "first"), Node()
    node.gate.clear()
    beginning = asyncio.create_task(incarnation.handle(to_begin("second"), node.handle))
    await asyncio.sleep(0)
    with pytest.raises(LabError, match="another-incarnation"):
        incarnation.must_be("first")
    node.gate.set()
    await beginning


async def test_an_order_that_is_refused_begins_nothing(disk: FileDisk) -> None:
    incarnation, node = await begun(disk, "first"), Node()
    node.error = LabError("bad-order", "no")
    with pytest.raises(LabError, match="bad-order"):
        await incarnation.handle(to_begin("second"), node.handle)
    assert (incarnation.name, Incarnation(disk).name) == ("first", "first")


async def test_it_outlives_the_process_though_beginning_empties_the_disk(disk: FileDisk) -> None:
    async def emptied(_: Message) -> Status:
        await disk.wipe()
        return STATUS

    await (await begun(disk, "first")).handle(to_begin("second"), emptied)
    assert Incarnation(disk).name == "second"


async def test_whoever_begins_anew_says_so_on_another_stream() -> None:
    lines = []

    async def peer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        lines.append(await reader.readline())
        while True:
            writer.write(frame(await asked(reader), encode(STATUS)))

    server = await asyncio.start_server(peer, "127.0.0.1", 0)
    mine = [""]
    port = server.sockets[0].getsockname()[1]
    network = FrameNetwork({"n2": f"http://127.0.0.1:{port}"}, "secret", lambda: mine[0])
    for mine[0] in ("", "first", "first", "second"):
        assert await network.call("n2", AskStatus(), 5) == STATUS
    assert lines == [b"LAB/1 secret\n", b"LAB/1 secret first\n", b"LAB/1 secret second\n"]
    await network.close()
    server.close()
