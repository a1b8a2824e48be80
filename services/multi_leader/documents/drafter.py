"""An editor whose keystrokes are drafts until the leader that orders the document has them.

They are on the device's disk, and on its user's screen, before any other node hears of them. The order comes
back like all changes, through the device's home, and the edits that were drafts come with it.
"""

from collections.abc import Sequence
from contextlib import suppress

import msgspec

from services.bell import Bell
from services.errors import LabError
from services.messages import Value
from services.messages.edits import MOST_AT_ONCE
from services.messages.multi_leader import Edit
from services.multi_leader.documents.keystrokes import Keystroke
from services.multi_leader.documents.texts import order_in, orderer_of
from services.multi_leader.leader import Done, Leader
from services.ports import Env
from services.settings.multi_leader import MultiLeaderSettings
from services.texts.drafts import Draft
from services.trouble import disk_may_refuse

FILE = "drafts.json"


class Drafter:
    """See `Editor`. Drafts change only on the disk's own thread, one after the other."""

    def __init__(
        self, env: Env, leader: Leader, settings: MultiLeaderSettings, leaders: Sequence[str]
    ) -> None:
        self._env, self._leader, self._settings, self._leaders = env, leader, settings, leaders
        text = env.disk.read_text(FILE)
        self._drafts = msgspec.json.decode(text, type=dict[str, Draft]) if text else {}
        self._news = Bell()

    @property
    def owes(self) -> int:
        """See `Editor`."""
        return sum(len(draft.splices) for draft in self._drafts.values())

    @property
    def keys(self) -> tuple[str, ...]:
        """See `Editor`."""
        return tuple(self._drafts)

    def text(self, key: str, elements: Sequence[Value]) -> list[str]:
        """See `Editor`."""
        draft, order = self._draft(key), order_in(elements)
        if draft.revision > len(order):  # the disk's thread was quicker than the reader
            order = order_in(self._leader.storage.members(key))
        return draft.behind(order, self._env.node).text(order)

    async def type(self, key: str, stroke: Keystroke) -> list[Done]:
        """See `Editor`; returns when the draft is on the disk."""
        await self._env.disk.run(lambda: self._take_down(key, stroke))
        self._news.ring()
        return []

    async def run(self) -> None:
        """See `Editor`."""
        while True:
            self._news.silence()
            await self._env.disk.run(self._catch_up)
            for key, draft in tuple(self._drafts.items()):
                if draft.splices:
                    await self._send(key, draft)
            await self._news.rung(self._settings.heartbeat_ms / 1000)

    def _draft(self, key: str) -> Draft:
        return self._drafts.get(key, Draft())

    def _take_down(self, key: str, stroke: Keystroke) -> None:
        order = order_in(self._leader.storage.held_members(key))
        draft = self._draft(key).behind(order, self._env.node)
        longer = {**self._drafts, key: draft.plus(stroke.on(draft.text(order)))}
        with disk_may_refuse():
            self._env.disk.write_text(FILE, msgspec.json.encode(longer).decode())
        self._drafts = longer

    def _catch_up(self) -> None:
        """Drop drafts that have come into the order."""
        members = self._leader.storage.held_members
        self._drafts = {
            key: draft.behind(order_in(members(key)), self._env.node) for key, draft in self._drafts.items()
        }

    async def _send(self, key: str, draft: Draft) -> None:
        """Send it, perhaps again; the answer adds nothing to what the order will show."""
        edit = Edit(
            key=key,
            editor=self._env.node,
            base=draft.revision,
            first=draft.first,
            splices=draft.splices[:MOST_AT_ONCE],
        )
        within_s = self._settings.call_timeout_ms / 1000
        with suppress(LabError):
            await self._env.network.call(orderer_of(key, self._leaders), edit, within_s)
