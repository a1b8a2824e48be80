"""Reads of one key, under the policy that the gateway asks for, and of everything."""

from services.errors import LabError
from services.messages import START, Contents, Position, Read, ReadContents, ReadResult
from services.replica import reading
from services.replica.duties.duty import Answers
from services.replica.log import tables
from services.replica.standing import Standing


class Reads:
    """See `Duty`."""

    def __init__(self, standing: Standing) -> None:
        self._standing = standing

    def answers(self) -> Answers:
        """See `Duty`."""
        return {Read: self._read, ReadContents: self._read_contents}

    async def _read(self, message: Read) -> ReadResult:
        standing = self._standing
        await self._arrived(message.after)
        if message.mode == "leader" or (message.mode == "bounded" and standing.leader):
            return await self._read_as_leader(message)
        if message.mode == "bounded":
            lag_s = standing.freshness.lag_s(standing.env.clock.monotonic())
            bound_s = standing.cluster.read_bound_ms / 1000
            reading.check_lag(standing.env.node, lag_s, bound_s, standing.known_leader)
        return self._look_up(message)[0]

    async def _arrived(self, wanted: Position) -> None:
        """Return when the own log has come to `wanted`. Raises `LabError` too-far-behind or position-lost."""
        standing = self._standing
        within_s = standing.cluster.token_wait_ms / 1000
        if wanted != START and not await standing.arrivals.until(
            lambda: reading.holds(standing.storage, standing.env.node, wanted), within_s
        ):
            last, node = standing.storage.last, standing.env.node
            text = f"{node} is at {last}, {wanted} did not come within {within_s:g} s; ask the leader"
            raise LabError("too-far-behind", text, leader=standing.known_leader)

    async def _read_as_leader(self, message: Read) -> ReadResult:
        """Answer only what is acknowledged, so that no reader sees a write which may yet be lost."""
        leader = await self._standing.leadership()
        leader.lease.check()
        result, changed_at = self._look_up(message)
        await leader.acknowledged_up_to(changed_at)
        leader.lease.check()
        return result

    def _look_up(self, message: Read) -> tuple[ReadResult, int]:
        standing = self._standing
        return reading.look_up(standing.storage, standing.env.node, standing.epoch, message)

    async def _read_contents(self, _: ReadContents) -> Contents:
        storage = self._standing.storage
        position = storage.last
        registers, sets = storage.contents()
        return Contents(
            node=self._standing.env.node,
            epoch=self._standing.epoch,
            position=position,
            registers=registers,
            sets=sets,
            tables=tables.contents(storage.reader),
            set_aside=storage.set_aside(),
        )
