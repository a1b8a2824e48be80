"""What the user's side of a document is, whichever way its cluster goes: one class for each way."""

from collections.abc import Sequence
from typing import Protocol

from services.messages import Value
from services.multi_leader.documents.keystrokes import Keystroke
from services.multi_leader.leader import Done


class Editor(Protocol):
    """The documents of one device."""

    @property
    def owes(self) -> int:
        """How many keystrokes are here, and nowhere else yet."""

    @property
    def keys(self) -> tuple[str, ...]:
        """Documents of which there may be more here than in the device's sets."""

    def text(self, key: str, elements: Sequence[Value]) -> list[str]:
        """What the user sees, where the set of edits has these `elements`."""

    async def type(self, key: str, stroke: Keystroke) -> list[Done]:
        """Do what the user asks for; what changed on this device by that. Raises `LabError`."""

    async def run(self) -> None:
        """Share what is here alone, again and again, until cancelled."""
