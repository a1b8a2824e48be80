"""Replication, acknowledgement and failover of real replicas, without sockets."""

import asyncio
from pathlib import Path

import pytest

from services.errors import LabError
from services.messages import Read, ReadContents, ReadResult
from services.messages.single_leader import lead
from services.settings.single_leader import Replication, SingleLeaderSettings
from tests.unit.in_process import REPLICAS, Cluster

ALL: list[Replication] = ["async", "sync", "semi-sync", "semi-sync-timeout", "quorum-ack"]


@pytest.mark.parametrize("replication", ALL)
async def test_every_acknowledged_write_reaches_every_replica(
    tmp_path: Path, replication: Replication
) -> None:
    async with Cluster(tmp_path, SingleLeaderSettings(replication=replication)) as cluster:
        leader = cluster.leader or ""
        await asyncio.gather(*(cluster.put(leader, f"k{i}", i) for i in range(50)))
        await cluster.settled()
        for node in REPLICAS:
            assert await cluster.registers(node) == {f"k{i}": i for i in range(50)}


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
async def test_who_acknowledges_alone(tmp_path: Path, replication: Replication, acknowledges: bool) -> None:
    async with Cluster(tmp_path, SingleLeaderSettings(replication=replication)) as cluster:
        leader = cluster.leader or ""
        await cluster.put(leader, "before", 1)
        cluster.wires.cut |= {(leader, n) for n in REPLICAS}
        if acknowledges:
            await cluster.put(leader, "alone", 1)
        else:
            with pytest.raises(LabError, match="not-acknowledged") as caught:
                await cluster.put(leader, "alone", 1)
            assert not caught.value.definite


async def test_semi_sync_takes_another_follower_when_one_stalls(tmp_path: Path) -> None:
    async with Cluster(tmp_path, SingleLeaderSettings(replication="semi-sync")) as cluster:
        leader = cluster.leader or ""
        first = next(n for n in REPLICAS if n != leader)
        await cluster.put(leader, "a", 1)
        cluster.wires.cut |= {(leader, first), (first, leader)}
        await cluster.put(leader, "b", 2)
        assert (leader, "synchronous-follower-replaced") in cluster.lines


async def test_the_old_leaders_tail_is_set_aside_in_a_readable_file(tmp_path: Path) -> None:
    async with Cluster(tmp_path, SingleLeaderSettings(replication="async")) as cluster:
        old = cluster.leader or ""
        await cluster.put(old, "k", "shared")
        await cluster.settled()
        cluster.wires.isolate(old)
        await cluster.put(old, "k", "alone")
        await cluster.until(lambda: cluster.leader not in (None, old))
        await cluster.put(cluster.leader or "", "other", "new")
        cluster.wires.cut.clear()
        await cluster.until(lambda: cluster.status(old).role == "follower")
        await cluster.settled()
        assert await cluster.registers(old) == {"k": "shared", "other": "new"}
        (kept,) = cluster.file(old, "set-aside-*.jsonl")
        assert '"alone"' in kept.read_text()
        contents = await cluster.call(old, ReadContents())
        assert [e.operation.value for e in contents.set_aside[kept.name] if e.operation] == ["alone"]  # type: ignore[attr-defined]
        assert (old, "tail-set-aside") in cluster.lines


async def test_a_killed_leader_comes_back_as_a_follower(tmp_path: Path) -> None:
    async with Cluster(tmp_path, SingleLeaderSettings(replication="semi-sync")) as cluster:
        old = cluster.leader or ""
        await cluster.put(old, "k", 1)
        await cluster.kill(old)
        await cluster.until(lambda: cluster.leader not in (None, old))
        new = cluster.leader or ""
        await cluster.put(new, "k", 2)
        await cluster.start(old)
        await cluster.settled()
        assert await cluster.registers(old) == {"k": 2}
        assert lead(cluster.status(new)).epoch > 1


async def test_a_restarted_leader_gets_a_new_epoch(tmp_path: Path) -> None:
    settings = SingleLeaderSettings(replication="async", detection_timeout_ms=3000)
    async with Cluster(tmp_path, settings) as cluster:
        old = cluster.leader or ""
        epoch = lead(cluster.status(old)).epoch
        await cluster.put(old, "k", 1)
        await cluster.kill(old)
        await cluster.start(old)
        await cluster.until(lambda: any(cluster.status(n).role == "leader" for n in REPLICAS))
        await cluster.settled()
        assert lead(cluster.status(cluster.leader or "")).epoch > epoch


async def test_a_lease_ends_before_the_next_leader_begins(tmp_path: Path) -> None:
    settings = SingleLeaderSettings(replication="async", lease=True)
    async with Cluster(tmp_path, settings) as cluster:
        old = cluster.leader or ""
        await cluster.until(lambda: (old, "lease-granted") in cluster.lines)
        await cluster.put(old, "k", 1)
        cluster.wires.isolate(old)
        await cluster.until(lambda: (old, "lease-expired") in cluster.lines)
        promoted_before = [line for line in cluster.lines if line[1] == "promoted"]
        assert promoted_before == [(old, "promoted")]
        with pytest.raises(LabError, match="lease-expired") as caught:
            await cluster.put(old, "k", 2)
        assert caught.value.definite
        await cluster.until(lambda: cluster.leader not in (None, old))


@pytest.mark.parametrize("epochs", [True, False])
async def test_unfenced_followers_listen_to_an_old_leader(tmp_path: Path, epochs: bool) -> None:
    async with Cluster(tmp_path, SingleLeaderSettings(replication="async", epochs=epochs)) as cluster:
        old = cluster.leader or ""
        cluster.wires.isolate(old)
        await cluster.until(lambda: cluster.leader not in (None, old))
        await cluster.put(old, "k", "old")
        third = next(n for n in REPLICAS if n not in (old, cluster.leader))
        cluster.wires.cut.clear()
        cluster.wires.cut |= {("controller", old), (cluster.leader or "", old)}  # nobody tells the old leader
        if epochs:
            await cluster.until(lambda: cluster.status(old).role == "follower")
            assert (third, "refused-old-leader") in cluster.lines
        else:
            await cluster.until(lambda: ("k", "old") in cluster.seen_by(third))


async def test_bounded_reads_refuse_behind_a_cut_and_are_never_stale(tmp_path: Path) -> None:
    settings = SingleLeaderSettings(replication="async", reads="bounded", read_bound_ms=300)
    async with Cluster(tmp_path, settings) as cluster:
        leader = cluster.leader or ""
        behind = next(n for n in REPLICAS if n != leader)
        read = Read(key="k", mode="bounded")
        await cluster.put(leader, "k", 1)
        await cluster.until(lambda: lead(cluster.status(behind)).lag_s is not None)
        cluster.wires.cut |= {(leader, behind), (behind, leader)}
        await cluster.put(leader, "k", 2)
        with pytest.raises(LabError, match="too-far-behind"):
            await cluster.call(behind, read)
        assert (await cluster.call(leader, read)).value == 2  # type: ignore[attr-defined]


async def test_a_follower_says_how_far_behind_it_may_be_where_the_leader_can_vouch_for_that(
    tmp_path: Path,
) -> None:
    async with Cluster(tmp_path, SingleLeaderSettings(replication="async", lease=True)) as cluster:
        leader = cluster.leader or ""
        behind = next(n for n in REPLICAS if n != leader)
        await cluster.put(leader, "k", 1)
        await cluster.until(lambda: lead(cluster.status(behind)).lag_s is not None)
        cluster.wires.cut |= {(leader, behind), (behind, leader)}
        first = await cluster.call(behind, Read(key="k"))
        await asyncio.sleep(0.05)
        second = await cluster.call(behind, Read(key="k"))
        assert isinstance(first, ReadResult) and isinstance(second, ReadResult)
        assert first.behind_ms is not None and second.behind_ms is not None
        assert second.behind_ms - first.behind_ms >= 49
        assert (await cluster.call(leader, Read(key="k", mode="leader"))).behind_ms is None  # type: ignore[attr-defined]


async def test_without_a_lease_it_says_nothing(tmp_path: Path) -> None:
    """Its leader may have a successor, and what that has written is nothing of which either knows."""
    async with Cluster(tmp_path, SingleLeaderSettings(replication="async")) as cluster:
        follower = next(n for n in REPLICAS if n != cluster.leader)
        await cluster.until(lambda: lead(cluster.status(follower)).lag_s is not None)
        assert (await cluster.call(follower, Read(key="k"))).behind_ms is None  # type: ignore[attr-defined]


async def test_a_follower_names_the_leader(tmp_path: Path) -> None:
    async with Cluster(tmp_path, SingleLeaderSettings()) as cluster:
        follower = next(n for n in REPLICAS if n != cluster.leader)
        await cluster.until(lambda: lead(cluster.status(follower)).leader == cluster.leader)
        with pytest.raises(LabError, match="not-leader") as caught:
            await cluster.put(follower, "k", 1)
        assert caught.value.leader == cluster.leader
        assert caught.value.definite
