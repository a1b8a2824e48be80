"""What followers have before their leader's disk has it: who is shown it, and how all get level again."""

import asyncio

import pytest

from chaos.cluster import DiskState
from services.errors import LabError
from services.messages import START, Position, Read, ReadMode, ReadResult
from services.settings.single_leader import SingleLeaderSettings
from tests.simulation.test_shipping_ahead import EVERY_WAY, HEALTHY, agreed, led, others, owing
from tests.world.virtually import simulated, until
from tests.world.world import World

QUORUM_ACK = SingleLeaderSettings(replication="quorum-ack")
SLOW, SLOWER = DiskState(slow=20), DiskState(slow=1000)


async def read(world: World, node: str, mode: ReadMode, after: Position = START) -> ReadResult:
    reply = await world.call(node, Read(key="x", mode=mode, after=after))
    assert isinstance(reply, ReadResult)
    return reply


async def ahead(world: World, disk: DiskState) -> tuple[str, str, asyncio.Task[object]]:
    """A leader that still writes, a follower that has it already, and the write."""
    leader = await led(world)
    await world.set_disk(leader, disk)
    writing: asyncio.Task[object] = asyncio.create_task(world.put(leader, "x", 1))
    follower = others(leader)[0]
    await until(lambda: world.holds(follower, "x", 1))
    assert not world.holds(leader, "x", 1)
    return leader, follower, writing


@simulated
async def test_what_one_replica_has_is_not_shown_as_acknowledged_where_two_are_a_majority() -> None:
    """A follower took for granted that its leader has what came from it, and showed what may yet be lost."""
    async with World(QUORUM_ACK) as world:
        leader, follower, writing = await ahead(world, SLOWER)
        with pytest.raises(LabError, match="position-not-reached"):
            await read(world, follower, "acknowledged")
        assert not world.holds(leader, "x", 1), "the disk was too quick for this test"
        await writing
        assert (await read(world, follower, "acknowledged")).value == 1


@pytest.mark.parametrize("settings", EVERY_WAY)
@simulated
async def test_a_leader_waits_for_its_disk_to_have_what_a_session_saw(settings: SingleLeaderSettings) -> None:
    """The leader has it in a moment, but nothing woke the reader, who was refused after a long wait."""
    async with World(settings) as world:
        leader, follower, writing = await ahead(world, SLOW)
        seen = await read(world, follower, "local")
        assert (await read(world, leader, "local", seen.position)).value == 1
        await writing


@pytest.mark.parametrize("settings", EVERY_WAY)
@simulated
async def test_what_a_full_disk_owes_needs_no_other_request(settings: SingleLeaderSettings) -> None:
    """The followers had it and the leader lacked it until somebody wrote again."""
    async with World(settings) as world:
        leader = await owing(world, "x")
        await asyncio.sleep(1)
        assert world.account(leader).owes, "the replicas are not level"
        await world.set_disk(leader, HEALTHY)
        await agreed(world)
        await until(lambda: not world.account(leader).owes)
        assert world.holds(leader, "x", 1)
        assert (await read(world, leader, "leader")).value == 1
