"""A client that coordinates its own requests: it has links to the homes, and needs no gateway.

It keeps nothing, neither of its own nor for others, so it is a gateway's coordinator in another place. What
can be cut off is another thing: its own links, one by one, and no coordinator in between. (Dynamo's and
Voldemort's client libraries do all of it; Cassandra's drivers know the ring, and ask a home to coordinate.)
"""

from services.family import Answers
from services.leaderless.door import Door
from services.messages import Contents, ReadContents


class Device(Door):
    """See `services.family.Door`."""

    role = "device"

    def answers(self) -> Answers:
        """See `Part`; what its user asks comes in by `write` and `read`."""
        return {ReadContents: self._contents}

    async def _contents(self, _: ReadContents) -> Contents:
        return Contents(node=self._env.node, registers={}, sets={})
