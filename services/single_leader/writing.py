"""Clients' writes: the leader takes them, all other replicas say who leads."""

from services.messages import Write, Written
from services.single_leader.duty import Answers
from services.single_leader.standing import Standing


class Writing:
    """See `Duty`."""

    def __init__(self, standing: Standing) -> None:
        self._standing = standing

    def answers(self) -> Answers:
        """See `Duty`."""
        return {Write: self._write}

    async def _write(self, message: Write) -> Written:
        self._standing.must_hold(message.operation.key)
        leader = await self._standing.leadership()
        position = await leader.write(message.operation)
        if message.session is not None:
            leader.sessions.note(message.session, position)
        return Written(node=self._standing.env.node, epoch=leader.epoch, position=position)
