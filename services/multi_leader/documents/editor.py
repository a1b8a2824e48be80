"""The user's side of a document: one class for each way in which a cluster edits documents."""

from collections.abc import Sequence
from typing import Protocol

from services.messages import Value
from services.multi_leader.documents.keystrokes import Keystroke
from services.multi_leader.leader import Done


class Editor(Protocol):
    """The documents of one device."""

    @property
    def owes(self) -> int:
        """How many keystrokes are here and nowhere else yet."""

    @property
    def keys(self) -> tuple[str, ...]:
        """Documents of which this editor may have more than the device's sets."""

    def text(self, key: str, elements: Sequence[Value]) -> list[str]:
        """What the user sees if the set of edits has these `elements`."""

    async def type(self, key: str, stroke: Keystroke) -> list[Done]:
        """Do what the user asks for; returns what changed on this device. Raises `LabError`."""

    async def run(self) -> None:
        """Share what is only here, again and again, until cancelled."""
