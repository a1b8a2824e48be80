"""An editor that asks no other node: its device is a leader like any other, and shares its changes.

With `crdt` a keystroke becomes an edit that names its neighbour; with `last-write-wins`, a whole new text.
"""

from collections.abc import Sequence

from msgspec import to_builtins

from services.messages import Operation, Value, Write
from services.multi_leader.documents.keystrokes import Keystroke
from services.multi_leader.documents.texts import growing, text_in, whole_text
from services.multi_leader.leader import Done, Leader
from services.ports import Env
from services.settings.multi_leader import MultiLeaderSettings
from services.texts.splices import apply


class Writer:
    """See `Editor`."""

    owes = 0
    keys: tuple[str, ...] = ()

    def __init__(self, env: Env, leader: Leader, settings: MultiLeaderSettings) -> None:
        self._env, self._leader, self._settings = env, leader, settings

    def text(self, key: str, elements: Sequence[Value]) -> list[str]:
        """See `Editor`."""
        return text_in(elements, self._settings.documents)

    async def type(self, key: str, stroke: Keystroke) -> list[Done]:
        """See `Editor`."""
        operation_of = self._grown if self._settings.documents == "crdt" else self._rewritten
        return await self._env.disk.run(
            lambda: self._leader.write_all([Write(operation=operation_of(key, stroke))])
        )

    async def run(self) -> None:
        """See `Editor`: it has only changes to share, and the device shares those anyway."""

    def _grown(self, key: str, stroke: Keystroke) -> Operation:
        text, me = growing(self._leader.storage.held_members(key)), self._env.node
        splice = stroke.on(text.text)
        if splice.f == "erase":
            return Operation("add", key, to_builtins(text.erased(me, splice.at)))
        return Operation("add", key, to_builtins(text.inserted(me, splice.at, splice.element)))

    def _rewritten(self, key: str, stroke: Keystroke) -> Operation:
        text = whole_text(self._leader.resolvers.of(key).show(self._leader.storage.held(key)))
        apply(text, stroke.on(text))
        return Operation("put", key, text)
