"""Answering reads from a replica's own copy, and refusing when that copy may be too old."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import apsw
from msgspec.structs import replace

from services.errors import LabError
from services.messages import Position, Read, ReadMode, ReadResult
from services.single_leader.election.rules import majority
from services.single_leader.reads.arrivals import whereabouts
from services.single_leader.standing import Standing
from services.single_leader.storage import Storage
from services.store.entries import last_change
from services.store.needs import needs_of
from services.store.reach import end_of, reach

T = TypeVar("T")


async def answered(standing: Standing, mode: ReadMode, look: Callable[[], Awaitable[tuple[T, int]]]) -> T:
    """What `look` finds, as soon as `mode` allows showing it. Raises `LabError`.

    `look` also returns the sequence that must be acknowledged before a leader may show what it found, so
    that no reader sees a write that may yet be lost.
    """
    if mode == "bounded":
        await standing.hold.passed()
    if mode == "leader" or (mode == "bounded" and standing.leader):
        leader = await standing.leadership()
        with leader.underway:
            await leader.lease.assured()
            found, changed_at = await look()
            await leader.acknowledged_up_to(changed_at)
            await leader.lease.assured()  # the process may have been frozen since the look
            return found
    if mode == "bounded":
        _must_be_close_behind(standing)
        found, _ = await look()
        _must_be_close_behind(standing)
        return found
    return (await look())[0]


def _must_be_close_behind(standing: Standing) -> None:
    lag_s = standing.freshness.lag_s(standing.env.lease_clock.now_s())
    bound_s = standing.cluster.read_bound_ms / 1000
    check_lag(standing.env.node, lag_s, bound_s, standing.known_leader)


async def of_tables(standing: Standing, look: Callable[[Storage, apsw.Connection], T]) -> T:
    """What `look` finds in the SQL tables. Raises `LabError`.

    Tables in a file of their own belong to one thread, where nothing is half done between two jobs.
    """
    storage = standing.storage
    working = storage.tables.working
    if working is None:
        return look(storage, storage.reader)
    return await standing.env.disk.run(lambda: look(storage, working.database()))


async def acknowledged(standing: Standing, message: Read) -> ReadResult:
    """What `look_up` finds, at a position up to which everything is acknowledged.

    So the reader may rely on it whatever becomes of the leader. It may still be stale. What the log no longer
    holds may have changed the key as well. Raises `LabError`.
    """
    if standing.leader is None:
        return await _acknowledged(standing, message)
    leader = await standing.leadership()
    with leader.underway:
        await leader.lease.assured()
        result = await _acknowledged(standing, message)
        await leader.lease.assured()
        return result


async def _acknowledged(standing: Standing, message: Read) -> ReadResult:
    storage = standing.storage
    result, seen_at = look_up(storage, standing.env.node, standing.epoch, message)
    up_to, trimmed = certain(standing), reach(storage.reader).first.sequence - 1
    changed_at = max(last_change(storage.reader, message.key, up_to), min(seen_at, trimmed))
    if changed_at > up_to:
        await _until_acknowledged(standing, changed_at)
        if storage.newest_up_to(result.position) != result.position:
            text = f"what {standing.env.node} was about to show is not in its log any more"
            raise LabError("position-not-reached", text)
    sure = storage.newest_up_to(Position(result.position.epoch, certain(standing)))
    return replace(result, position=min(sure, result.position))


def certain(standing: Standing) -> int:
    """The sequence up to which this replica knows its log to be acknowledged, or as good as acknowledged.

    If two are a majority, a follower need not be told: what it has from the present leader, and that leader
    has on its own disk, both have.
    """
    if standing.leader:
        return standing.leader.acknowledged
    last, told = standing.storage.last, standing.freshness
    by_majority = standing.cluster.replication == "quorum-ack" and majority(len(standing.members)) <= 2
    both = min(last.sequence, told.stored)
    return both if by_majority and last.epoch == told.epoch else told.acknowledged


async def _until_acknowledged(standing: Standing, sequence: int) -> None:
    """Wait for it. Raises `LabError` position-not-reached, definite: a read may be retried elsewhere."""
    within_s = standing.cluster.token_wait_ms / 1000
    try:
        async with asyncio.timeout(within_s):
            if standing.leader:
                await standing.leader.acknowledged_up_to(sequence)
            else:
                await standing.arrivals.until(lambda: certain(standing) >= sequence, within_s)
    except TimeoutError:
        pass
    if certain(standing) < sequence:
        text = f"{standing.env.node} has entry {sequence}, but does not know it to be acknowledged"
        raise LabError("position-not-reached", text, leader=standing.known_leader)


def look_up(storage: Storage, node: str, epoch: int, message: Read) -> tuple[ReadResult, int]:
    """The result, and the sequence that must be acknowledged before it may be shown as certain.

    If nothing is found the whole log counts, because a deletion in it may not be acknowledged yet.
    """
    with storage.snapshot():
        found = storage.register(message.key) if message.type == "register" else storage.set(message.key)
        position = end_of(storage.reader)
        needs = needs_of(storage.reader, message.key, message.type == "set")
    result = ReadResult(
        node=node, epoch=epoch, position=position, found=found.found, value=found.value, needs=needs
    )
    return result, found.sequence if found.found else position.sequence


def holds(storage: Storage, node: str, wanted: Position) -> bool:
    """Has the log reached `wanted`? Raises `LabError` position-lost if it never will."""
    if wanted == storage.last:
        return True
    with storage.snapshot():
        nearest, log = storage.newest_up_to(wanted), reach(storage.reader)
    where = whereabouts(wanted, nearest, log)
    if where == "lost":
        text = (
            f"{wanted} was lost with a leader, and {node} is at {log.last} without it; "
            "begin a new session, without a token"
        )
        raise LabError("position-lost", text)
    return where == "here"


def check_lag(node: str, lag_s: float | None, bound_s: float, leader: str | None) -> None:
    """Raise `LabError` too-far-behind unless the lag is known to be within the bound."""
    if lag_s is not None and lag_s <= bound_s:
        return
    behind = "an unknown time" if lag_s is None else f"up to {lag_s:.2f} s"
    text = f"{node} may be {behind} behind, the bound is {bound_s:g} s; ask the leader"
    raise LabError("too-far-behind", text, leader=leader)
