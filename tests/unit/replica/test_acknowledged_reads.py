"""Reads of what is acknowledged: nobody is shown what may yet be lost; the position says how far that is."""

import asyncio

import pytest
from msgspec.structs import replace

from services.errors import LabError
from services.messages import START, Entry, Operation, Position, Read, ReadResult
from services.messages.single_leader import Append, Promote
from services.settings.single_leader import SingleLeaderSettings
from tests.world.virtually import simulated, until
from tests.world.world import REPLICAS, World

SETTINGS = SingleLeaderSettings(
    replication="sync",  # so that a follower cannot know by itself
    coordination="manual",
    token_wait_ms=60,
    acknowledge_timeout_ms=200,
)


def strangers(settings: SingleLeaderSettings) -> World:
    """Three replicas to which nobody says who leads."""
    return World(settings, only=REPLICAS)


def read(key: str) -> Read:
    return Read(key=key, mode="acknowledged")


def batch(sequence: int, acknowledged: int, previous: Position) -> Append:
    position = Position(5, sequence)
    entry = Entry(position, Operation("put", f"k{sequence}", sequence))
    return Append(
        leader="n1",
        epoch=5,
        previous=previous,
        entries=[entry],
        last=position,
        acknowledged=acknowledged,
    )


async def shown(world: World, node: str, key: str) -> ReadResult:
    reply = await world.call(node, read(key))
    assert isinstance(reply, ReadResult)
    return reply


@simulated
async def test_a_follower_waits_until_it_is_told() -> None:
    async with strangers(SETTINGS) as world:
        await world.call("n2", batch(1, 0, START))
        with pytest.raises(LabError, match="position-not-reached"):
            await world.call("n2", read("k1"))
        assert (await shown(world, "n2", "other")).position == START
        reading = asyncio.create_task(shown(world, "n2", "k1"))
        await asyncio.sleep(0.01)
        await world.call("n2", batch(2, 1, Position(5, 1)))
        result = await reading
        assert (result.value, result.position) == (1, Position(5, 1))


@simulated
async def test_where_two_are_a_majority_a_follower_knows_by_itself() -> None:
    settings = SingleLeaderSettings(replication="quorum-ack", coordination="manual", token_wait_ms=60)
    async with strangers(settings) as world:
        await world.call("n2", batch(1, 0, START))
        result = await shown(world, "n2", "k1")
        assert (result.value, result.position) == (1, Position(5, 1))


@pytest.mark.parametrize("key", ["k1", "never-written"])
@simulated
async def test_what_was_trimmed_before_it_was_acknowledged_is_not_taken_for_acknowledged(key: str) -> None:
    """Its entry was gone from the log, so nothing seemed to have changed the key of late."""
    async with strangers(replace(SETTINGS, log_retention_entries=1)) as world:
        for sequence in (1, 2, 3):
            await world.call("n2", batch(sequence, 0, Position(5, sequence - 1) if sequence > 1 else START))
        await until(lambda: ("n2", "log-trimmed") in world.lines)
        with pytest.raises(LabError, match="position-not-reached"):
            await world.call("n2", read(key))
        await world.call("n2", batch(4, 3, Position(5, 3)))
        assert (await shown(world, "n2", key)).position == Position(5, 3)


@simulated
async def test_a_leader_shows_nothing_that_only_it_has() -> None:
    async with strangers(SETTINGS) as world:
        for node in ("n2", "n3"):
            await world.kill(node)
        await world.call("n1", Promote(epoch=7, reason="a test"))
        writing = asyncio.create_task(world.put("n1", "x", 1))
        await until(lambda: world.holds("n1", "x", 1))
        with pytest.raises(LabError, match="position-not-reached"):
            await world.call("n1", read("x"))
        with pytest.raises(LabError, match="not-acknowledged"):
            await writing


@simulated
async def test_keys_of_another_partition_are_refused() -> None:
    settings = SingleLeaderSettings(partitions=(("n1", "n2"), ("n3",)), coordination="election")
    async with strangers(settings) as world:
        for request in (read("{answers}"), Read(key="{answers}")):
            with pytest.raises(LabError, match="wrong-partition: n1 holds partition 1, and"):
                await world.call("n1", request)
        with pytest.raises(LabError, match="wrong-partition"):
            await world.put("n1", "{answers}", 1)
