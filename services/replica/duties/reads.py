"""Reads of one key, under the policy that the gateway asks for, and of everything."""

from services.errors import LabError
from services.messages import START, Contents, Position, Read, ReadContents, ReadResult
from services.replica import reading
from services.replica.duties.duty import Answers
from services.replica.log import logical
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
        return await reading.answered(
            standing,
            message.mode,
            lambda: reading.look_up(standing.storage, standing.env.node, standing.epoch, message),
        )

    async def _arrived(self, wanted: Position) -> None:
        """Return when the own log has come to `wanted`. Raises `LabError` position-not-reached or -lost."""
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
        position = storage.last
        registers, sets = storage.contents()
        return Contents(
            node=self._standing.env.node,
            epoch=self._standing.epoch,
            position=position,
            registers=registers,
            sets=sets,
            tables=dict(logical.contents(storage.reader)),
            set_aside=storage.set_aside(),
        )
