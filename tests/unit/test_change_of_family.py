"""A node that begins anew, perhaps in another family: nothing of before acts any more."""

import asyncio
from contextlib import suppress
from pathlib import Path

import pytest

from services.adapters.disk import FileDisk
from services.adapters.incarnation import Incarnation
from services.errors import LabError
from services.leaderless.table import Merged
from services.messages import Configure, Message, Operation, Status, Write
from services.messages.leaderless import Fetched, Stored, StoreVersions
from services.replica.replica import Replica
from services.settings.leaderless import LeaderlessSettings
from services.settings.single_leader import SingleLeaderSettings
from services.store.group_commit import GroupCommit
from tests.unit.gateway.peers import REPLICAS, Peers, gateway_of
from tests.unit.in_process import Cluster
from tests.unit.standing import standing

LONG = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2e6) SELECT max(i) FROM n"


async def test_a_replica_at_work_on_its_disk_finishes_that_first(tmp_path: Path) -> None:
    """Its database was closed under the thread that wrote, which SQLite refused: the order met a bug."""
    async with Cluster(tmp_path, SingleLeaderSettings()) as cluster:
        await cluster.kill("controller")
        replica = cluster.wires.nodes["n1"]
        assert isinstance(replica, Replica)
        storage, run = standing(replica).storage, replica.env.disk.run
        work = asyncio.create_task(run(lambda: storage._writer.execute(LONG).fetchall()))
        await asyncio.sleep(0.05)
        await cluster.call("n1", Configure(settings=LeaderlessSettings(), reset=True))
        assert await work == [(2000000,)]
        assert cluster.status("n1").role == "home"


async def test_what_waits_in_the_queue_of_a_replica_is_not_done_on_the_next_data(tmp_path: Path) -> None:
    """The next family took it for its own client's."""
    before, after = SingleLeaderSettings(capacity_per_s=5), LeaderlessSettings(n=1, w=1, r=1)
    async with Cluster(tmp_path, before) as cluster:
        await cluster.kill("controller")
        first, second = (asyncio.create_task(cluster.put("n1", "x", value)) for value in (1, 2))
        await asyncio.sleep(0)
        await cluster.call("n1", Configure(settings=after, reset=True))
        for waiting in (first, second):
            with pytest.raises(LabError, match="shutting-down: n1 has begun anew while this waited"):
                await waiting


@pytest.mark.parametrize("turns", range(1, 12))
async def test_a_coordinator_that_was_stopped_asks_nobody_any_more(tmp_path: Path, turns: int) -> None:
    """Between its two questions it was stopped, and asked the second one as one of the next beginning."""
    peers, settings = Peers(), LeaderlessSettings(writes="read-first", call_timeout_ms=50)
    for node in REPLICAS:
        peers.say(node, Fetched(node=node, versions=()), Stored(node=node))
    gateway = gateway_of(peers, tmp_path, settings)
    writing = asyncio.create_task(gateway.write(Write(operation=Operation(f="put", key="x", value=1))))
    for _ in range(turns):
        await asyncio.sleep(0)
    sent = len(stored(peers))
    await gateway.handle(Configure(settings=settings, reset=True))
    with suppress(LabError):
        await writing
    assert len(stored(peers)) in (sent, 0), "what was under way may still go out, and nothing more"


def stored(peers: Peers) -> list[Message]:
    return [message for _, message in peers.sent if isinstance(message, StoreVersions)]


async def test_what_comes_after_the_end_of_a_group_commit_is_refused_and_does_not_wait_for_ever(
    tmp_path: Path,
) -> None:
    commit: GroupCommit[int, Merged] = GroupCommit(FileDisk(tmp_path), lambda _: [], lambda _: None)
    commit.fail(LabError("shutting-down", "it is over"))
    async with asyncio.timeout(1):
        with pytest.raises(LabError, match="it is over"):
            await commit.perform(1)


async def test_an_order_that_is_refused_does_not_take_back_the_incarnation_of_the_next(
    tmp_path: Path,
) -> None:
    """The first waits for a lock, the second succeeds, the first fails: the node heard its own no more."""
    incarnation, gate = Incarnation(FileDisk(tmp_path)), asyncio.Event()

    async def refused(_: Message) -> Status:
        gate.set()
        await asyncio.sleep(0.02)
        raise LabError("storage-failed", "full")

    async def taken(_: Message) -> Status:
        await asyncio.sleep(0.04)
        return Status(node="n1", role="home")

    first = asyncio.create_task(incarnation.handle(order("first"), refused))
    await gate.wait()
    await incarnation.handle(order("second"), taken)
    with pytest.raises(LabError, match="full"):
        await first
    assert (incarnation.name, Incarnation(FileDisk(tmp_path)).name) == ("second", "second")
    incarnation.must_be("second")


def order(incarnation: str) -> Configure:
    return Configure(settings=LeaderlessSettings(), reset=True, incarnation=incarnation)
