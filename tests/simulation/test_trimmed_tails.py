"""A deposed leader returns with a tail that it has partly trimmed: it cannot take that back.

Its successor then went on shipping without a pause, and never got anywhere: the returning replica knew
nothing of the entries it was sent, and took them all for trimmed ones. Now it takes a copy.
"""

import asyncio
from collections import Counter
from itertools import pairwise

import pytest

from services.errors import LabError
from services.messages import START, Message
from services.messages.single_leader import Append, Appended
from services.settings.single_leader import OnLogGone, Replication, SingleLeaderSettings
from tests.world.virtually import simulated, until
from tests.world.world import World

WITHIN_S = 5.0
MOST_MESSAGES = 10 + WITHIN_S / 0.1  # a heartbeat's worth for each heartbeat, and what there was to ship


class Appends:
    """Counts what a leader ships to one replica; `instead` answers for the replica."""

    def __init__(self, world: World, node: str) -> None:
        self.counts: Counter[str] = Counter()
        shell = world.node(node)
        handle = shell.handle

        async def counted(message: Message) -> Message:
            if not isinstance(message, Append):
                return await handle(message)
            self.counts["all"] += 1
            self.counts["entries"] += len(message.entries)
            return await self.instead(message) or await handle(message)

        shell.handle = counted  # type: ignore[method-assign]

    async def instead(self, batch: Append) -> Message | None:
        """None: the replica answers itself."""
        return None


async def put_all(world: World, node: str, prefix: str, count: int) -> None:
    """Try to write so much, one thing beside the other."""

    async def put(number: int) -> None:
        try:
            await world.put(node, f"{prefix}{number}", number)
        except LabError as error:
            assert not error.definite, error

    await asyncio.gather(*map(put, range(count)))


async def deposed(world: World, before: int, lost: int, after: int) -> tuple[str, str]:
    """The old and the new leader; only the old one has `lost` entries, and it has trimmed what it may."""
    old = await world.led()
    await put_all(world, old, "before", before)
    await world.settled()
    world.isolate(old)
    await put_all(world, old, "lost", lost)
    new = await world.led(besides=old)
    await asyncio.sleep(1)
    await put_all(world, new, "after", after)
    await asyncio.sleep(1)
    return old, new


def level(world: World) -> bool:
    storages = [world.standing(node).storage for node in world.replicas]
    alike = all(one.contents() == other.contents() for one, other in pairwise(storages))
    return alike and len({storage.last for storage in storages}) == 1


@pytest.mark.parametrize("replication", ["async", "quorum-ack"])
@pytest.mark.parametrize("on_log_gone", ["snapshot", "skip"])
@pytest.mark.parametrize("keep", [1, 2, 3, 10])
@pytest.mark.parametrize(
    ("before", "lost", "after"),
    [
        pytest.param(3, 12, 0, id="successor-ends-before-the-tail"),
        pytest.param(3, 12, 5, id="successor-ends-within-the-tail"),
        pytest.param(100, 80, 3, id="successor-has-trimmed-too"),
    ],
)
@simulated
async def test_a_tail_that_is_partly_trimmed_is_replaced_by_a_copy(
    replication: Replication, on_log_gone: OnLogGone, keep: int, before: int, lost: int, after: int
) -> None:
    settings = SingleLeaderSettings(
        replication=replication, on_log_gone=on_log_gone, log_retention_entries=keep
    )
    async with World(settings) as world:
        old, new = await deposed(world, before, lost, after)
        appends = Appends(world, old)
        world.heal()
        await until(lambda: level(world), WITHIN_S)
        await until(lambda: not any(world.account(node).owes for node in world.replicas))
        assert appends.counts["all"] <= MOST_MESSAGES
        await world.put(new, "last", 1)
        await until(lambda: world.holds(old, "last", 1))


@simulated
async def test_the_place_where_two_logs_part_is_found_in_a_few_steps() -> None:
    """The leader asked entry by entry, because both tails are long and it has trimmed nothing."""
    async with World(SingleLeaderSettings(replication="async")) as world:
        one, other = await deposed(world, before=3, lost=150, after=150)
        for node in world.replicas:
            if node != one:
                await world.kill(node)
        world.heal()
        assert await world.led(besides=other) == one
        await world.boot(other)
        appends = Appends(world, other)
        await until(lambda: world.standing(other).storage.last == world.standing(one).storage.last)
        assert appends.counts["all"] <= 10 and appends.counts["entries"] <= 300


@simulated
async def test_a_follower_that_gets_nowhere_is_not_asked_without_a_pause() -> None:
    async with World(SingleLeaderSettings(replication="quorum-ack")) as world:
        leader = await world.led()
        stuck = next(node for node in world.replicas if node != leader)
        appends = Appends(world, stuck)

        async def instead(batch: Append) -> Message:
            return Appended(node=stuck, epoch=batch.epoch, position=START, fits=True, clock=0.0)

        appends.instead = instead  # type: ignore[method-assign]
        await world.put(leader, "x", 1)
        await asyncio.sleep(WITHIN_S)
        assert appends.counts["all"] <= MOST_MESSAGES


@pytest.mark.parametrize("on_log_gone", ["snapshot", "skip"])
@simulated
async def test_what_a_follower_has_beyond_a_batch_proves_nothing(on_log_gone: OnLogGone) -> None:
    """Two led in turn, each without the other's entries; what both have is trimmed, and more than a batch."""
    settings = SingleLeaderSettings(replication="async", log_retention_entries=100, on_log_gone=on_log_gone)
    async with World(settings) as world:
        first = await world.led()
        second, third = (node for node in world.replicas if node != first)
        await put_all(world, first, "one", 99)
        await world.settled()
        world.isolate(second)
        await put_all(world, first, "more", 40)
        await until(lambda: world.standing(third).storage.last == world.standing(first).storage.last)
        await world.kill(first)
        await world.kill(third)
        world.heal()
        await lead_and_write(world, second, 9)
        for before, now, writes in ((second, third, 90), (third, second, 2)):
            await world.kill(before)
            await world.boot(now)
            await lead_and_write(world, now, writes)
        await world.boot(third)
        appends = Appends(world, third)
        await until(lambda: same_contents(world, second, third), WITHIN_S)
        assert appends.counts["all"] <= MOST_MESSAGES


async def lead_and_write(world: World, node: str, writes: int) -> None:
    """It leads with the log that it has."""
    epoch = world.standing(node).storage.last.epoch
    await until(lambda: world.leader == node and world.standing(node).storage.last.epoch > epoch)
    await put_all(world, node, f"{node}-{epoch}-", writes)
    await asyncio.sleep(2)  # as much is trimmed as may be


def same_contents(world: World, *nodes: str) -> bool:
    first, *others = (world.standing(node).storage.contents() for node in nodes)
    return all(each == first for each in others)
