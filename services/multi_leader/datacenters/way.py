"""How a node outside a datacenter reaches the leader there: it asks, and is told who leads.

A follower refuses and names the leader. So the caller asks one replica after another while each refusal is
definite. After a timeout the outcome is unknown and the request must not be repeated; but the next request
begins with another replica.
"""

from collections.abc import Sequence

from services.errors import LabError
from services.messages import Message
from services.ports import Network
from services.single_leader.door.routing import RELEARN

NOT_HERE = RELEARN | {"no-leader"}  # nothing was done, and another replica may lead
SILENT = frozenset({"timed-out", "connection-lost"})


class Way:
    """The way to the leader among `members`, the replicas of one datacenter."""

    def __init__(self, network: Network, members: Sequence[str]) -> None:
        self._network, self._members = network, tuple(members)
        self.believed = self._members[0]  # who leads

    async def call(self, message: Message, within_s: float) -> Message:
        """The leader's answer. Raises the `LabError` of the last replica asked."""
        asked: list[str] = []
        while True:
            asked.append(self.believed)
            try:
                return await self._network.call(self.believed, message, within_s)
            except LabError as error:
                following = self._next(asked, error)
                if error.kind.code in SILENT:
                    self.believed = following or self._members[0]
                if error.kind.code not in NOT_HERE or following is None:
                    raise
                self.believed = following

    def _next(self, asked: Sequence[str], error: LabError) -> str | None:
        """Whom to ask next, each only once: the replica that was named, or the next in turn."""
        place = self._members.index(asked[-1]) + 1
        in_turn = (*self._members[place:], *self._members[:place])
        wanted = (error.leader, *in_turn) if error.leader in self._members else in_turn
        return next((node for node in wanted if node is not None and node not in asked), None)
