"""Reads of one key, under the policy that the gateway asks for, and reads of everything."""

import apsw
from msgspec.structs import replace

from services.errors import LabError
from services.messages import START, Contents, Position, Read, ReadContents, ReadResult, Value
from services.single_leader.duty import Answers
from services.single_leader.reads import reading
from services.single_leader.standing import Standing
from services.single_leader.storage import Storage
from services.sql import logical
from services.store.reach import beginnings


class Reads:
    """See `Duty`."""

    def __init__(self, standing: Standing) -> None:
        self._standing = standing

    def answers(self) -> Answers:
        """See `Duty`."""
        return {Read: self._read, ReadContents: self._read_contents}

    async def _read(self, message: Read) -> ReadResult:
        standing = self._standing
        standing.must_hold(message.key)
        await self._arrived(message.after)
        if message.mode == "acknowledged":
            return await reading.acknowledged(standing, message)

        async def look() -> tuple[ReadResult, int]:
            return reading.look_up(standing.storage, standing.env.node, standing.epoch, message)

        behind_ms = self._behind_ms()  # taken before the look: by then it can only be less
        found = await reading.answered(standing, message.mode, look)
        return found if message.mode == "leader" else replace(found, behind_ms=behind_ms)

    def _behind_ms(self) -> float | None:
        """How far behind its leader this follower may be, at most; None on a leader or if unknown."""
        standing = self._standing
        if standing.leader or not standing.cluster.lone:
            return None
        lag_s = standing.freshness.lag_s(standing.env.lease_clock.now_s())
        return None if lag_s is None else round(lag_s * 1000, 3)

    async def _arrived(self, wanted: Position) -> None:
        """Return when the replica's log reaches `wanted`. Raises `LabError` position-not-reached or -lost."""
        standing = self._standing
        within_s = standing.cluster.token_wait_ms / 1000
        if wanted != START and not await standing.arrivals.until(
            lambda: reading.holds(standing.storage, standing.env.node, wanted), within_s
        ):
            last, node = standing.storage.last, standing.env.node
            text = f"{node} is at {last}, {wanted} did not come within {within_s:g} s; ask the leader"
            raise LabError("position-not-reached", text, leader=standing.known_leader)

    async def _read_contents(self, _: ReadContents) -> Contents:
        storage = self._standing.storage
        position, tables = await reading.of_tables(self._standing, rows)
        registers, sets = storage.contents()
        return Contents(
            node=self._standing.env.node,
            epoch=self._standing.epoch,
            position=position,
            registers=registers,
            sets=sets,
            tables=tables,
            set_aside=storage.set_aside(),
            partition=self._standing.partition,
            epochs=beginnings(storage.reader),
        )


def rows(storage: Storage, database: apsw.Connection) -> tuple[Position, dict[str, Value]]:
    """Every row of the SQL tables; and if they have their own file, an account of that file."""
    position, working = storage.last, storage.tables.working
    return position, dict(logical.contents(database)) | (working.account() if working else {})
