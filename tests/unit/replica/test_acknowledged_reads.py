"""Reads of what is acknowledged: nobody is shown what may yet be lost; the position says how far that is."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from msgspec.structs import replace

from services.errors import LabError
from services.messages import START, Entry, Operation, Position, Read, ReadResult
from services.messages.single_leader import Append, Promote
from services.settings.single_leader import SingleLeaderSettings
from tests.unit.in_process import REPLICAS, Cluster

SETTINGS = SingleLeaderSettings(
    replication="sync",  # so that a follower cannot know by itself
    coordination="manual",
    token_wait_ms=60,
    acknowledge_timeout_ms=200,
)


@asynccontextmanager
async def strangers(directory: Path, settings: SingleLeaderSettings) -> AsyncIterator[Cluster]:
    """Three replicas to which nobody says who leads."""
    cluster = Cluster(directory, settings)
    for node in REPLICAS:
        await cluster.start(node)
    try:
        yield cluster
    finally:
        for node in list(cluster.wires.nodes):
            await cluster.kill(node)
    assert not cluster.crashes


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


async def shown(cluster: Cluster, node: str, key: str) -> ReadResult:
    reply = await cluster.call(node, read(key))
    assert isinstance(reply, ReadResult)
    return reply


async def test_a_follower_waits_until_it_is_told(tmp_path: Path) -> None:
    patient = replace(SETTINGS, token_wait_ms=1500)  # what comes meanwhile may be late on a busy machine
    async with strangers(tmp_path, patient) as cluster:
        await cluster.call("n2", batch(1, 0, START))
        with pytest.raises(LabError, match="position-not-reached"):
            await cluster.call("n2", read("k1"))
        assert (await shown(cluster, "n2", "other")).position == START
        reading = asyncio.create_task(shown(cluster, "n2", "k1"))
        await asyncio.sleep(0.01)
        await cluster.call("n2", batch(2, 1, Position(5, 1)))
        result = await reading
        assert (result.value, result.position) == (1, Position(5, 1))


async def test_where_two_are_a_majority_a_follower_knows_by_itself(tmp_path: Path) -> None:
    settings = SingleLeaderSettings(replication="quorum-ack", coordination="manual", token_wait_ms=60)
    async with strangers(tmp_path, settings) as cluster:
        await cluster.call("n2", batch(1, 0, START))
        result = await shown(cluster, "n2", "k1")
        assert (result.value, result.position) == (1, Position(5, 1))


async def test_a_leader_shows_nothing_that_only_it_has(tmp_path: Path) -> None:
    async with strangers(tmp_path, SETTINGS) as cluster:
        for node in ("n2", "n3"):
            await cluster.kill(node)
        await cluster.call("n1", Promote(epoch=7, reason="a test"))
        writing = asyncio.create_task(cluster.put("n1", "x", 1))
        await cluster.until(lambda: ("x", 1) in cluster.seen_by("n1"))
        with pytest.raises(LabError, match="position-not-reached"):
            await cluster.call("n1", read("x"))
        with pytest.raises(LabError, match="not-acknowledged"):
            await writing


async def test_keys_of_another_partition_are_refused(tmp_path: Path) -> None:
    settings = SingleLeaderSettings(partitions=(("n1", "n2"), ("n3",)), coordination="election")
    async with strangers(tmp_path, settings) as cluster:
        for request in (read("{answers}"), Read(key="{answers}")):
            with pytest.raises(LabError, match="wrong-partition: n1 holds partition 1, and"):
                await cluster.call("n1", request)
        with pytest.raises(LabError, match="wrong-partition"):
            await cluster.put("n1", "{answers}", 1)
