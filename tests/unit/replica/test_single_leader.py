"""Replication, acknowledgement and failover of real replicas on simulated machines."""

import asyncio
import fnmatch

import pytest

from services.errors import LabError
from services.messages import Read, ReadContents, ReadResult
from services.messages.single_leader import lead
from services.settings.single_leader import Replication, SingleLeaderSettings
from tests.world.virtually import simulated, until
from tests.world.world import REPLICAS, World

ALL: list[Replication] = ["async", "sync", "semi-sync", "semi-sync-timeout", "quorum-ack"]


@pytest.mark.parametrize("replication", ALL)
@simulated
async def test_every_acknowledged_write_reaches_every_replica(replication: Replication) -> None:
    async with World(SingleLeaderSettings(replication=replication)) as world:
        leader = await world.led()
        await asyncio.gather(*(world.put(leader, f"k{i}", i) for i in range(50)))
        await world.settled()
        for node in REPLICAS:
            assert await world.registers(node) == {f"k{i}": i for i in range(50)}


@pytest.mark.parametrize(
    ("replication", "acknowledges"),
    [
        ("async", True),
        ("semi-sync-timeout", True),
        ("sync", False),
        ("semi-sync", False),
        ("quorum-ack", False),
    ],
)
@simulated
async def test_who_acknowledges_alone(replication: Replication, acknowledges: bool) -> None:
    async with World(SingleLeaderSettings(replication=replication)) as world:
        leader = await world.led()
        await world.put(leader, "before", 1)
        world.say_nothing(leader, *REPLICAS)
        if acknowledges:
            await world.put(leader, "alone", 1)
        else:
            with pytest.raises(LabError, match="not-acknowledged") as caught:
                await world.put(leader, "alone", 1)
            assert not caught.value.definite


@simulated
async def test_semi_sync_takes_another_follower_when_one_stalls() -> None:
    async with World(SingleLeaderSettings(replication="semi-sync")) as world:
        leader = await world.led()
        first = next(n for n in REPLICAS if n != leader)
        await world.put(leader, "a", 1)
        world.cut(leader, first)
        await world.put(leader, "b", 2)
        assert (leader, "synchronous-follower-replaced") in world.lines


@simulated
async def test_the_old_leaders_tail_is_set_aside_in_a_readable_file() -> None:
    async with World(SingleLeaderSettings(replication="async")) as world:
        old = await world.led()
        await world.put(old, "k", "shared")
        await world.settled()
        world.isolate(old)
        await world.put(old, "k", "alone")
        await world.put(await world.led(besides=old), "other", "new")
        world.heal()
        await until(lambda: world.account(old).role == "follower")
        await world.settled()
        assert await world.registers(old) == {"k": "shared", "other": "new"}
        (kept,) = fnmatch.filter(world.files(old).copy(), "set-aside-*.jsonl")
        assert '"alone"' in (world.files(old).read_text(kept) or "")
        contents = await world.call(old, ReadContents())
        assert [e.operation.value for e in contents.set_aside[kept] if e.operation] == ["alone"]  # type: ignore[attr-defined]
        assert (old, "tail-set-aside") in world.lines


@simulated
async def test_a_killed_leader_comes_back_as_a_follower() -> None:
    async with World(SingleLeaderSettings(replication="semi-sync")) as world:
        old = await world.led()
        await world.put(old, "k", 1)
        await world.kill(old)
        new = await world.led(besides=old)
        await world.put(new, "k", 2)
        await world.boot(old)
        await world.settled()
        assert await world.registers(old) == {"k": 2}
        assert lead(world.account(new)).epoch > 1


@simulated
async def test_a_restarted_leader_gets_a_new_epoch() -> None:
    settings = SingleLeaderSettings(replication="async", detection_timeout_ms=3000)
    async with World(settings) as world:
        old = await world.led()
        epoch = lead(world.account(old)).epoch
        await world.put(old, "k", 1)
        await world.kill(old)
        await world.boot(old)
        await until(lambda: any(world.account(n).role == "leader" for n in REPLICAS))
        await world.settled()
        assert lead(world.account(await world.led())).epoch > epoch


@simulated
async def test_a_lease_ends_before_the_next_leader_begins() -> None:
    settings = SingleLeaderSettings(replication="async", lease=True)
    async with World(settings) as world:
        old = await world.led()
        await until(lambda: (old, "lease-granted") in world.lines)
        await world.put(old, "k", 1)
        world.isolate(old)
        await until(lambda: (old, "lease-expired") in world.lines)
        promoted_before = [line for line in world.lines if line[1] == "promoted"]
        assert promoted_before == [(old, "promoted")]
        with pytest.raises(LabError, match="lease-expired") as caught:
            await world.put(old, "k", 2)
        assert caught.value.definite
        await world.led(besides=old)


@pytest.mark.parametrize("epochs", [True, False])
@simulated
async def test_unfenced_followers_listen_to_an_old_leader(epochs: bool) -> None:
    async with World(SingleLeaderSettings(replication="async", epochs=epochs)) as world:
        old = await world.led()
        world.isolate(old)
        new = await world.led(besides=old)
        await world.put(old, "k", "old")
        third = next(n for n in REPLICAS if n not in (old, new))
        world.heal()
        for node in ("controller", new):  # nobody tells the old leader
            world.say_nothing(node, old)
        if epochs:
            await until(lambda: world.account(old).role == "follower")
            assert (third, "refused-old-leader") in world.lines
        else:
            await until(lambda: world.holds(third, "k", "old"))


@simulated
async def test_bounded_reads_refuse_behind_a_cut_and_are_never_stale() -> None:
    settings = SingleLeaderSettings(replication="async", reads="bounded", read_bound_ms=300)
    async with World(settings) as world:
        leader = await world.led()
        behind = next(n for n in REPLICAS if n != leader)
        read = Read(key="k", mode="bounded")
        await world.put(leader, "k", 1)
        await until(lambda: lead(world.account(behind)).lag_s is not None)
        world.cut(leader, behind)
        await world.put(leader, "k", 2)
        with pytest.raises(LabError, match="too-far-behind"):
            await world.call(behind, read)
        assert (await world.call(leader, read)).value == 2  # type: ignore[attr-defined]


@simulated
async def test_a_follower_says_how_far_behind_it_may_be_where_the_leader_can_vouch_for_that() -> None:
    async with World(SingleLeaderSettings(replication="async", lease=True)) as world:
        leader = await world.led()
        behind = next(n for n in REPLICAS if n != leader)
        await world.put(leader, "k", 1)
        await until(lambda: lead(world.account(behind)).lag_s is not None)
        world.cut(leader, behind)
        first = await world.call(behind, Read(key="k"))
        await asyncio.sleep(0.05)
        second = await world.call(behind, Read(key="k"))
        assert isinstance(first, ReadResult) and isinstance(second, ReadResult)
        assert first.behind_ms is not None and second.behind_ms is not None
        assert second.behind_ms - first.behind_ms >= 49
        assert (await world.call(leader, Read(key="k", mode="leader"))).behind_ms is None  # type: ignore[attr-defined]


@simulated
async def test_without_a_lease_it_says_nothing() -> None:
    """Its leader may have a successor, and what that has written is nothing of which either knows."""
    async with World(SingleLeaderSettings(replication="async")) as world:
        follower = next(n for n in REPLICAS if n != world.leader)
        await until(lambda: lead(world.account(follower)).lag_s is not None)
        assert (await world.call(follower, Read(key="k"))).behind_ms is None  # type: ignore[attr-defined]


@simulated
async def test_a_follower_names_the_leader() -> None:
    async with World(SingleLeaderSettings()) as world:
        follower = next(n for n in REPLICAS if n != world.leader)
        await until(lambda: lead(world.account(follower)).leader == world.leader)
        with pytest.raises(LabError, match="not-leader") as caught:
            await world.put(follower, "k", 1)
        assert caught.value.leader == world.leader
        assert caught.value.definite
