"""A device beside a family in which only replicas take writes: it has nothing to do, and says so."""

from services.errors import LabError
from services.family import Answers
from services.messages import Contents, ReadContents
from services.standing_by import ClosedDoor


class NoDevice(ClosedDoor):
    """See `services.family.Door`."""

    role = "device"

    def answers(self) -> Answers:
        """It holds nothing."""
        return {ReadContents: self._contents}

    async def _contents(self, _: ReadContents) -> Contents:
        return Contents(node=self._env.node, registers={}, sets={})

    def why(self) -> LabError:
        """See `ClosedDoor`."""
        text = f"{self._env.node} is a device, and a {self._settings.family} cluster has no work for one"
        return LabError("bad-request", f"{text}; ask a gateway, or let the family be multi-leader")
