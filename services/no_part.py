"""What a node is between two families if its disk refused the next one: it has no part, and says so.

The old part is over and its data is gone, so it must not answer any more; the next part has not begun.
"""

from services.errors import LabError
from services.messages import Status
from services.settings import CommonSettings
from services.standing_by import ClosedDoor


class NoPart(ClosedDoor):
    """A door for a gateway, and a part for all other nodes."""

    role = "none"

    async def start(self) -> None:
        """There is nothing to start."""

    async def configure(self, settings: CommonSettings, reset: bool) -> None:
        """See `Part`; settings alone do not give it a part, the shell does that."""
        self._refuse()

    def status(self) -> Status:
        """It owes a part."""
        return Status(node=self._env.node, role=self.role, owes=1, settings=self._settings)

    def why(self) -> LabError:
        """See `ClosedDoor`."""
        text = f"{self._env.node} was to become {self._settings.family}, and its disk refused"
        return LabError("shutting-down", f"{text}; make room and give the order again")
