"""A node that begins anew, perhaps in another family: nothing of before acts any more."""

import asyncio
from contextlib import suppress

import pytest

from services.adapters.incarnation import Incarnation
from services.errors import LabError
from services.leaderless.table import Merged
from services.messages import Configure, Message, Operation, Status, Write
from services.messages.leaderless import Fetched, Stored, StoreVersions
from services.settings.leaderless import LeaderlessSettings
from services.settings.single_leader import SingleLeaderSettings
from services.store.group_commit import GroupCommit
from tests.world.alone import new_disk
from tests.world.peers import Peers, gateway_of
from tests.world.virtually import simulated
from tests.world.world import REPLICAS, World


@simulated
async def test_a_replica_at_work_on_its_disk_finishes_that_first() -> None:
    """Its database was closed under the thread that wrote, which SQLite refused: the order met a bug."""
    async with World(SingleLeaderSettings(), only=("n1",)) as world:
        storage, run = world.standing("n1").storage, world.node("n1").env.disk.run
        work = world.begin("n1", run(lambda: storage._writer.execute("SELECT 1").fetchall()))
        order = Configure(settings=LeaderlessSettings(), reset=True)
        await world.done(world.begin("n1", world.node("n1").handle(order)))
        assert await world.done(work) == [(1,)]
        assert world.account("n1").role == "home"


@simulated
async def test_what_waits_in_the_queue_of_a_replica_is_not_done_on_the_next_data() -> None:
    """The next family took it for its own client's."""
    before, after = SingleLeaderSettings(capacity_per_s=5), LeaderlessSettings(n=1, w=1, r=1)
    async with World(before, only=("n1",)) as world:
        waiting = [asyncio.create_task(world.put("n1", "x", value)) for value in (1, 2)]
        await asyncio.sleep(0.1)  # on its way a millisecond, in the queue 200
        await world.call("n1", Configure(settings=after, reset=True))
        for each in waiting:
            with pytest.raises(LabError, match="shutting-down: n1 has begun anew while this waited"):
                await each


@pytest.mark.parametrize("turns", range(1, 12))
@simulated
async def test_a_coordinator_that_was_stopped_asks_nobody_any_more(turns: int) -> None:
    """Between its two questions it was stopped, and asked the second one as one of the next beginning."""
    peers, settings = Peers(), LeaderlessSettings(writes="read-first", call_timeout_ms=50)
    for node in REPLICAS:
        peers.say(node, Fetched(node=node, versions=()), Stored(node=node))
    gateway = gateway_of(peers, settings)
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


@simulated
async def test_what_comes_after_the_end_of_a_group_commit_is_refused_and_does_not_wait_for_ever() -> None:
    commit: GroupCommit[int, Merged] = GroupCommit(new_disk(), lambda _: [], lambda _: None)
    commit.fail(LabError("shutting-down", "it is over"))
    async with asyncio.timeout(1):
        with pytest.raises(LabError, match="it is over"):
            await commit.perform(1)


@simulated
async def test_an_order_that_is_refused_does_not_take_back_the_incarnation_of_the_next() -> None:
    """The first waits for a lock, the second succeeds, the first fails: the node heard its own no more."""
    disk = new_disk()
    incarnation, gate = Incarnation(disk), asyncio.Event()

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
    assert (incarnation.name, Incarnation(disk).name) == ("second", "second")
    incarnation.must_be("second")


def order(incarnation: str) -> Configure:
    return Configure(settings=LeaderlessSettings(), reset=True, incarnation=incarnation)
