"""Answering reads from a replica's own copy, and refusing when that copy may be too old."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import apsw

from services.errors import LabError
from services.messages import Position, Read, ReadMode, ReadResult
from services.replica.arrivals import whereabouts
from services.replica.reach import reach
from services.replica.standing import Standing
from services.replica.storage import Storage

T = TypeVar("T")


async def answered(standing: Standing, mode: ReadMode, look: Callable[[], Awaitable[tuple[T, int]]]) -> T:
    """What `look` finds, as soon as `mode` allows to show it. Raises `LabError`.

    `look` also returns the sequence that must be acknowledged before a leader may show what it found, so
    that no reader sees a write which may yet be lost.
    """
    if mode == "leader" or (mode == "bounded" and standing.leader):
        leader = await standing.leadership()
        leader.lease.check()
        found, changed_at = await look()
        await leader.acknowledged_up_to(changed_at)
        leader.lease.check()
        return found
    if mode == "bounded":
        lag_s = standing.freshness.lag_s(standing.env.clock.monotonic())
        bound_s = standing.cluster.read_bound_ms / 1000
        check_lag(standing.env.node, lag_s, bound_s, standing.known_leader)
    return (await look())[0]


async def of_tables(standing: Standing, look: Callable[[Storage, apsw.Connection], T]) -> T:
    """What `look` finds in the SQL tables. Raises `LabError`.

    Tables in a file of their own are in the hands of one thread, where nothing is half done between two jobs.
    """
    storage = standing.storage
    working = storage.tables.working
    if working is None:
        return look(storage, storage.reader)
    return await standing.env.disk.run(lambda: look(storage, working.database()))


def look_up(storage: Storage, node: str, epoch: int, message: Read) -> tuple[ReadResult, int]:
    """The result, and the sequence that must be acknowledged before it may be shown as certain.

    Where nothing is found the whole log counts, for a deletion in it may not be acknowledged yet.
    """
    with storage.snapshot():
        found = storage.register(message.key) if message.type == "register" else storage.set(message.key)
        last = reach(storage.reader).last
    result = ReadResult(node=node, epoch=epoch, position=last, found=found.found, value=found.value)
    return result, found.sequence if found.found else last.sequence


def holds(storage: Storage, node: str, wanted: Position) -> bool:
    """Has the log come to `wanted`? Raises `LabError` position-lost when it never will."""
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
