"""A replica takes a copy of the leader's data: in chunks, resumed, and without breaking a promise."""

import asyncio
import threading
from pathlib import Path

import pytest

from services.errors import LabError
from services.messages.single_leader import AskChunk, TakeCopy, lead
from services.replica.replica import Replica
from services.settings.single_leader import SingleLeaderSettings
from services.single_leader.storage import DATABASE
from services.store.reach import reach
from tests.unit.in_process import REPLICAS, Cluster
from tests.unit.standing import standing

SMALL = SingleLeaderSettings(chunk_bytes=4096)


async def filled(cluster: Cluster) -> tuple[str, str]:
    """The leader and a follower of a cluster with some data."""
    leader = cluster.leader or ""
    for number in range(30):
        await cluster.put(leader, f"k{number}", number)
    await cluster.settled()
    return leader, next(node for node in REPLICAS if node != leader)


def first_kept(cluster: Cluster, node: str) -> int:
    """The sequence of the oldest entry in its log."""
    replica = cluster.wires.nodes[node]
    assert isinstance(replica, Replica)
    return reach(standing(replica).storage.reader).first.sequence


def happened(cluster: Cluster, node: str, event: str) -> bool:
    return (node, event) in cluster.lines


async def test_a_copy_takes_the_place_of_the_data_and_the_log_goes_on_from_there(tmp_path: Path) -> None:
    async with Cluster(tmp_path, SMALL) as cluster:
        leader, follower = await filled(cluster)
        await cluster.call(follower, TakeCopy(reason="a test"))
        await cluster.until(lambda: happened(cluster, leader, "adds-follower"))
        assert cluster.lines.count((follower, "copied")) > 3
        await cluster.put(leader, "after", 1)
        await cluster.settled()
        assert await cluster.registers(follower) == await cluster.registers(leader)
        assert not cluster.file(leader, "copy-for-*")


async def test_a_copy_goes_on_where_a_crash_broke_it_off(tmp_path: Path) -> None:
    slow = SingleLeaderSettings(chunk_bytes=4096, copy_kb_per_s=40, detection_timeout_ms=5000)
    async with Cluster(tmp_path, slow) as cluster:
        leader, follower = await filled(cluster)
        await cluster.call(follower, TakeCopy(reason="a test"))
        await cluster.until(lambda: cluster.lines.count((follower, "copied")) >= 4)
        await cluster.kill(follower)
        before = cluster.lines.count((follower, "copied"))
        await cluster.start(follower)
        await cluster.until(lambda: happened(cluster, follower, "copy-in-place"))
        chunks = -(-cluster.file(follower, DATABASE)[0].stat().st_size // 4096)
        assert cluster.lines.count((leader, "copy-made")) == 1
        assert cluster.lines.count((follower, "copied")) - before < chunks
        await cluster.settled()
        assert await cluster.registers(follower) == await cluster.registers(leader)


async def test_a_damaged_copy_is_never_put_in_place(tmp_path: Path) -> None:
    slow = SingleLeaderSettings(chunk_bytes=4096, copy_kb_per_s=40, detection_timeout_ms=5000)
    async with Cluster(tmp_path, slow) as cluster:
        leader, follower = await filled(cluster)
        await cluster.call(follower, TakeCopy(reason="a test"))
        await cluster.until(lambda: cluster.lines.count((follower, "copied")) >= 3)
        incoming = cluster.file(follower, "incoming.db")[0]
        with incoming.open("r+b") as file:
            file.write(b"something else")
        await cluster.until(lambda: happened(cluster, follower, "copy-in-place"))
        assert happened(cluster, follower, "copy-interrupted")
        assert cluster.lines.count((leader, "copy-made")) == 2
        await cluster.settled()
        assert await cluster.registers(follower) == await cluster.registers(leader)


async def test_who_came_further_meanwhile_does_not_go_back_behind_what_it_confirmed(tmp_path: Path) -> None:
    slow = SingleLeaderSettings(chunk_bytes=4096, copy_kb_per_s=40, detection_timeout_ms=5000)
    async with Cluster(tmp_path, slow) as cluster:
        leader, follower = await filled(cluster)
        await cluster.call(follower, TakeCopy(reason="a test"))
        await cluster.until(lambda: cluster.lines.count((follower, "copied")) >= 3)
        await cluster.put(leader, "after", 1)
        await cluster.until(lambda: happened(cluster, leader, "adds-follower"))
        assert happened(cluster, follower, "copy-not-needed")
        assert not happened(cluster, follower, "copy-in-place")
        assert not cluster.file(follower, "incoming.db")
        await cluster.settled()
        assert await cluster.registers(follower) == await cluster.registers(leader)


async def test_what_is_promised_while_the_copy_takes_its_place_is_not_forgotten(tmp_path: Path) -> None:
    async with Cluster(tmp_path, SingleLeaderSettings()) as cluster:
        _, follower = await filled(cluster)
        replica = cluster.wires.nodes[follower]
        assert isinstance(replica, Replica)
        await standing(replica).env.disk.backup(DATABASE, "incoming.db")
        begun, go_on = threading.Event(), threading.Event()

        def carry_over() -> None:
            begun.set()
            assert go_on.wait(10)

        replacing = asyncio.create_task(standing(replica).replace_data("incoming.db", carry_over))
        await cluster.until(begun.is_set)
        promise = asyncio.create_task(
            standing(replica).env.disk.run(lambda: standing(replica).storage.promise(9))
        )
        await asyncio.sleep(0)  # now it waits for the disk
        go_on.set()
        await asyncio.gather(replacing, promise)
        assert standing(replica).epoch == 9


async def test_only_copies_are_handed_out(tmp_path: Path) -> None:
    async with Cluster(tmp_path, SMALL) as cluster:
        leader, _ = await filled(cluster)
        for name in (DATABASE, "settings.json", "../n1/replica.db", "copy-for-../../x", "copy-for-nobody"):
            with pytest.raises(LabError, match="copy-gone"):
                await cluster.call(leader, AskChunk(name=name, offset=0))


async def test_a_longer_log_of_an_older_epoch_is_no_reason_not_to_take_a_copy(tmp_path: Path) -> None:
    """Found by a drawn schedule: the old leader refused each copy, having come further, if by its own log."""
    async with Cluster(
        tmp_path, SingleLeaderSettings(replication="async", log_retention_entries=8)
    ) as cluster:
        old, _ = await filled(cluster)
        shared = lead(cluster.status(old)).position.sequence
        cluster.wires.isolate(old)
        for number in range(40):
            await cluster.put(old, f"alone{number}", number)
        await cluster.until(lambda: first_kept(cluster, old) > shared)
        await cluster.until(lambda: cluster.leader not in (old, None))
        new = cluster.leader or ""
        await cluster.until(lambda: first_kept(cluster, new) > 1)
        cluster.wires.cut.clear()
        await cluster.until(lambda: happened(cluster, old, "copy-in-place"))
        await cluster.settled()
        assert await cluster.registers(old) == await cluster.registers(new)
