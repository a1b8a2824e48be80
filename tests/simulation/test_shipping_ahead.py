"""A leader ships what its disk is still writing: wherever it fails meanwhile, all logs come to one end.

A write is acknowledged only once the leader's own disk has it as well. So a leader may lose what its
followers have already, and nobody minds: it was not acknowledged. But it may never put anything else in its
place.
"""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from chaos.cluster import DiskState
from services.errors import LabError
from services.messages import Entry, Read, ReadResult
from services.settings.single_leader import ReadPolicy, SingleLeaderSettings
from services.single_leader.door.policies import POLICIES
from tests.world.virtually import simulated, until
from tests.world.world import REPLICAS, World

RULES = ("sync", "semi-sync", "quorum-ack")
WAYS = ("controller", "election")
SLOW, FULL, HEALTHY = DiskState(slow=100), DiskState(full=True), DiskState()
WRITERS, MOMENTS, STEP_S = 4, 32, 0.0017


def _every_way() -> Iterator[Any]:
    """Every rule under which clients wait for followers, and both ways to come to a leader."""
    for way in WAYS:
        for rule in RULES:
            settings = SingleLeaderSettings(replication=rule, coordination=way)  # type: ignore[arg-type]
            yield pytest.param(settings, id=f"{way}-{rule}")


EVERY_WAY = list(_every_way())


def log(world: World, node: str) -> list[Entry]:
    return world.standing(node).storage.entries_after(0, -1)


def end(world: World, node: str) -> int:
    return world.standing(node).storage.last.sequence


def others(leader: str) -> list[str]:
    return [node for node in REPLICAS if node != leader]


async def led(world: World) -> str:
    """Who leads, once it can write, also where no controller knows."""

    def leaders() -> list[str]:
        standings = {node: world.standing(node) for node in REPLICAS if world._machines[node].alive}
        return [
            node
            for node, standing in standings.items()
            if standing.leader and standing.storage.last.epoch == standing.epoch
        ]

    await until(lambda: len(leaders()) == 1)
    return leaders()[0]


async def owing(world: World, key: str) -> str:
    """A leader whose full disk refuses a write of `key` that its followers have."""
    leader = await led(world)
    await world.set_disk(leader, FULL)
    with pytest.raises(LabError, match="storage-failed") as refusal:
        await world.put(leader, key, 1)
    assert not refusal.value.definite
    await until(lambda: all(world.holds(node, key, 1) for node in others(leader)))
    assert not world.holds(leader, key, 1)
    return leader


async def agreed(world: World) -> list[Entry]:
    """The log, once it is the same on all replicas, entry by entry, and so is what it adds up to."""
    await until(lambda: all(log(world, node) == log(world, REPLICAS[0]) for node in REPLICAS))
    contents = [world.standing(node).storage.contents() for node in REPLICAS]
    assert contents == contents[:1] * len(REPLICAS)
    return log(world, REPLICAS[0])


@pytest.mark.parametrize("settings", EVERY_WAY)
@simulated
async def test_followers_have_an_entry_before_the_leaders_disk_has_it(settings: SingleLeaderSettings) -> None:
    async with World(settings) as world:
        leader = await led(world)
        await world.set_disk(leader, SLOW)
        writing = asyncio.create_task(world.put(leader, "x", 1))
        await until(lambda: all(world.holds(node, "x", 1) for node in others(leader)))
        assert not world.holds(leader, "x", 1)
        await asyncio.sleep(0.005)
        assert not writing.done() and not world.holds(leader, "x", 1), "the disk was too quick for this test"
        await writing
        assert world.holds(leader, "x", 1)
        await agreed(world)


@simulated
async def test_where_nobody_waits_for_followers_the_leaders_disk_is_first() -> None:
    async with World(SingleLeaderSettings(replication="async")) as world:
        leader = await led(world)
        await world.set_disk(leader, SLOW)
        writing = asyncio.create_task(world.put(leader, "x", 1))
        await until(lambda: any(world.holds(node, "x", 1) for node in REPLICAS))
        assert world.holds(leader, "x", 1)
        await writing


@pytest.mark.parametrize("policy", POLICIES)
def test_the_settings_know_which_policies_show_only_what_is_acknowledged(policy: ReadPolicy) -> None:
    settings = SingleLeaderSettings(replication="quorum-ack", reads=policy)
    assert settings.shows_only_acknowledged is (POLICIES[policy].mode == "acknowledged")


@simulated
async def test_where_readers_wait_for_the_leaders_disk_they_hear_of_it_with_the_write() -> None:
    settings = SingleLeaderSettings(
        replication="quorum-ack", reads="consistent-prefix", heartbeat_ms=400, detection_timeout_ms=2000
    )
    async with World(settings) as world:
        leader = await led(world)
        await world.put(leader, "x", 1)
        began_s = asyncio.get_running_loop().time()
        shown = await world.call(others(leader)[0], Read(key="x", mode="acknowledged"))
        assert isinstance(shown, ReadResult) and shown.value == 1
        assert asyncio.get_running_loop().time() - began_s < 0.1, "it waited for a heartbeat"


@dataclass
class Clients:
    """Some that each write one key after the other to the leader, until it fails them."""

    world: World
    leader: str
    acknowledged: dict[str, int] = field(default_factory=dict)
    failed: dict[str, LabError] = field(default_factory=dict)

    async def write(self) -> None:
        await asyncio.gather(*map(self._write, range(WRITERS)))

    async def _write(self, writer: int) -> None:
        for number in range(1000):
            key = f"{writer}-{number}"
            try:
                await self.world.put(self.leader, key, number)
            except LabError as error:
                self.failed[key] = error
                return
            self.acknowledged[key] = number


async def power_fails(settings: SingleLeaderSettings, after_s: float, seed: int) -> bool:
    """The leader loses power, and comes back. Did a follower have more than the leader's disk?"""
    async with World(settings, seed=seed) as world:
        old = await led(world)
        await world.set_disk(old, DiskState(slow=4))
        clients = Clients(world, old)
        writing = asyncio.create_task(clients.write())
        await asyncio.sleep(after_s)
        furthest = max(end(world, node) for node in others(old))
        await world.kill(old)
        await writing
        await world.set_disk(old, HEALTHY)
        await world.boot(old)
        ahead = end(world, old) < furthest
        new = await led(world)
        await world.put(new, "after", 1)
        entries = await agreed(world)
        assert entries[-1].position.epoch > 1
        registers = await world.registers(new)
        assert clients.acknowledged.items() <= registers.items(), "an acknowledged write is lost"
        for key, error in clients.failed.items():
            assert key not in registers or not error.definite, "told that it never took place"
        return ahead


@pytest.mark.parametrize("settings", EVERY_WAY)
def test_a_leader_may_lose_what_its_followers_have(settings: SingleLeaderSettings) -> None:
    reached = []

    @simulated
    async def story(moment: int) -> None:
        reached.append(await power_fails(settings, 0.02 + moment * STEP_S, seed=moment))

    for moment in range(MOMENTS):
        story(moment)
    assert set(reached) == {False, True}, "it must fail now before and now after its disk had the entry"


@pytest.mark.parametrize("settings", EVERY_WAY)
@simulated
async def test_a_full_disk_puts_nothing_in_the_place_of_what_followers_have(
    settings: SingleLeaderSettings,
) -> None:
    async with World(settings) as world:
        await world.put(await led(world), "before", 0)
        leader = await owing(world, "first")
        with pytest.raises(LabError, match="storage-failed"):
            await world.put(leader, "second", 1)
        await world.set_disk(leader, HEALTHY)
        for number in range(5):
            await world.put(leader, f"later-{number}", number)
        entries = await agreed(world)
        keys = [entry.operation.key for entry in entries if entry.operation]
        assert keys == ["before", "first", *(f"later-{number}" for number in range(5))]
        assert {entry.position.epoch for entry in entries} == {1} and leader == await led(world)
