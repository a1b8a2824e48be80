"""A replica takes a copy of the leader's data: in chunks, resumed, and without breaking a promise."""

import asyncio
import fnmatch

import pytest

from services.errors import LabError
from services.messages.single_leader import AskChunk, TakeCopy, lead
from services.settings.single_leader import SingleLeaderSettings
from services.single_leader.storage import DATABASE
from services.store.reach import reach
from tests.world.virtually import simulated, until
from tests.world.world import REPLICAS, World

SMALL = SingleLeaderSettings(chunk_bytes=4096)


async def filled(world: World) -> tuple[str, str]:
    """The leader and a follower of a cluster with some data."""
    leader = await world.led()
    for number in range(30):
        await world.put(leader, f"k{number}", number)
    await world.settled()
    return leader, next(node for node in REPLICAS if node != leader)


def first_kept(world: World, node: str) -> int:
    """The sequence of the oldest entry in its log."""
    return reach(world.standing(node).storage.reader).first.sequence


def happened(world: World, node: str, event: str) -> bool:
    return (node, event) in world.lines


@simulated
async def test_a_copy_takes_the_place_of_the_data_and_the_log_goes_on_from_there() -> None:
    async with World(SMALL) as world:
        leader, follower = await filled(world)
        await world.call(follower, TakeCopy(reason="a test"))
        await until(lambda: happened(world, leader, "adds-follower"))
        assert world.lines.count((follower, "copied")) > 3
        await world.put(leader, "after", 1)
        await world.settled()
        assert await world.registers(follower) == await world.registers(leader)
        assert not fnmatch.filter(world.files(leader).copy(), "copy-for-*")


@simulated
async def test_a_copy_goes_on_where_a_crash_broke_it_off() -> None:
    slow = SingleLeaderSettings(chunk_bytes=4096, copy_kb_per_s=40, detection_timeout_ms=5000)
    async with World(slow) as world:
        leader, follower = await filled(world)
        await world.call(follower, TakeCopy(reason="a test"))
        await until(lambda: world.lines.count((follower, "copied")) >= 4)
        await world.kill(follower)
        before = world.lines.count((follower, "copied"))
        await world.boot(follower)
        await until(lambda: happened(world, follower, "copy-in-place"))
        chunks = -(-world.files(follower).size(DATABASE) // 4096)
        assert world.lines.count((leader, "copy-made")) == 1
        assert world.lines.count((follower, "copied")) - before < chunks
        await world.settled()
        assert await world.registers(follower) == await world.registers(leader)


@simulated
async def test_a_damaged_copy_is_never_put_in_place() -> None:
    slow = SingleLeaderSettings(chunk_bytes=4096, copy_kb_per_s=40, detection_timeout_ms=5000)
    async with World(slow) as world:
        leader, follower = await filled(world)
        await world.call(follower, TakeCopy(reason="a test"))
        await until(lambda: world.lines.count((follower, "copied")) >= 3)
        world.files(follower).write_bytes("incoming.db", 0, b"something else")
        await until(lambda: happened(world, follower, "copy-in-place"))
        assert happened(world, follower, "copy-interrupted")
        assert world.lines.count((leader, "copy-made")) == 2
        await world.settled()
        assert await world.registers(follower) == await world.registers(leader)


@simulated
async def test_who_came_further_meanwhile_does_not_go_back_behind_what_it_confirmed() -> None:
    slow = SingleLeaderSettings(chunk_bytes=4096, copy_kb_per_s=40, detection_timeout_ms=5000)
    async with World(slow) as world:
        leader, follower = await filled(world)
        await world.call(follower, TakeCopy(reason="a test"))
        await until(lambda: world.lines.count((follower, "copied")) >= 3)
        await world.put(leader, "after", 1)
        await until(lambda: happened(world, leader, "adds-follower"))
        assert happened(world, follower, "copy-not-needed")
        assert not happened(world, follower, "copy-in-place")
        assert not world.files(follower).size("incoming.db")
        await world.settled()
        assert await world.registers(follower) == await world.registers(leader)


@simulated
async def test_what_is_promised_while_the_copy_takes_its_place_is_not_forgotten() -> None:
    async with World(SingleLeaderSettings()) as world:
        _, follower = await filled(world)
        standing = world.standing(follower)
        promises: list[asyncio.Task[None]] = []

        async def promise() -> None:
            await standing.env.disk.run(lambda: standing.storage.promise(9))

        async def replace_data() -> None:
            await standing.env.disk.backup(DATABASE, "incoming.db")
            await standing.replace_data("incoming.db", carry_over)

        def carry_over() -> None:
            promises.append(world.begin(follower, promise()))

        await world.done(world.begin(follower, replace_data()))
        await world.done(promises[0])
        assert standing.epoch == 9


@simulated
async def test_only_copies_are_handed_out() -> None:
    async with World(SMALL) as world:
        leader, _ = await filled(world)
        for name in (DATABASE, "settings.json", "../n1/replica.db", "copy-for-../../x", "copy-for-nobody"):
            with pytest.raises(LabError, match="copy-gone"):
                asked = world.node(leader).handle(AskChunk(name=name, offset=0))  # the wire refuses most, too
                await world.done(world.begin(leader, asked))


@simulated
async def test_a_longer_log_of_an_older_epoch_is_no_reason_not_to_take_a_copy() -> None:
    """Found by a drawn schedule: the old leader refused each copy, having come further, if by its own log."""
    async with World(SingleLeaderSettings(replication="async", log_retention_entries=8)) as world:
        old, _ = await filled(world)
        shared = lead(world.account(old)).position.sequence
        world.isolate(old)
        for number in range(40):
            await world.put(old, f"alone{number}", number)
        await until(lambda: first_kept(world, old) > shared)
        new = await world.led(besides=old)
        await until(lambda: first_kept(world, new) > 1)
        world.heal()
        await until(lambda: happened(world, old, "copy-in-place"))
        await world.settled()
        assert await world.registers(old) == await world.registers(new)
