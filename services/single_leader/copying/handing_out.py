"""Handing out copies: the leader makes them and hands them out, newcomers and laggards take them."""

from services.messages.single_leader import AddFollower, AskChunk, AskCopy, Chunk, CopyReady, Pulse, TakeCopy
from services.single_leader import account
from services.single_leader.copying.copies import Copies
from services.single_leader.copying.newcomer import Newcomer
from services.single_leader.duty import Answers
from services.single_leader.standing import Standing


class HandingOut:
    """See `Duty`."""

    def __init__(self, standing: Standing, newcomer: Newcomer) -> None:
        self._standing, self._newcomer = standing, newcomer
        self._copies = Copies(standing.env.disk)

    def answers(self) -> Answers:
        """See `Duty`."""
        return {
            TakeCopy: self._take_copy,
            AskCopy: self._ask_copy,
            AskChunk: self._ask_chunk,
            AddFollower: self._add_follower,
        }

    async def _take_copy(self, order: TakeCopy) -> Pulse:
        if order.unless_at is None or self._standing.storage.last < order.unless_at:
            self._newcomer.begin(order.reason)
        return account.pulse(self._standing)

    async def _ask_copy(self, request: AskCopy) -> CopyReady:
        self._standing.must_lead()
        ready = await self._copies.make(request.node, self._standing.cluster)
        self._standing.say(
            "copy-made", file=ready.name, its_position=str(ready.position), for_node=request.node
        )
        return ready

    async def _ask_chunk(self, request: AskChunk) -> Chunk:
        return await self._copies.chunk(request.name, request.offset, self._standing.cluster)

    async def _add_follower(self, request: AddFollower) -> Pulse:
        leader = self._standing.must_lead()
        self._standing.say("adds-follower", follower=request.node)
        leader.add_follower(request.node)
        self._copies.discard(request.node)
        return account.pulse(self._standing)
