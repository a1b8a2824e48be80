"""A client that coordinates its own requests: it has links to the homes, and needs no gateway.

It keeps no data, so it is the coordinator of a gateway, moved into the client. Faults hit it differently:
its own links can be cut one by one, and there is no gateway in between. (Dynamo's and Voldemort's client
libraries coordinate like this; Cassandra's drivers know the ring, and ask a home to coordinate.)
"""

from services.family import Answers
from services.leaderless.door import Door
from services.messages import Contents, ReadContents


class Device(Door):
    """See `services.family.Door`."""

    role = "device"

    def answers(self) -> Answers:
        """See `Part`; its user's requests come in through `write` and `read`."""
        return {ReadContents: self._contents}

    async def _contents(self, _: ReadContents) -> Contents:
        return Contents(node=self._env.node, registers={}, sets={})
