"""An editor that types only while it holds the lock of the document, and on its newest text.

The editor asks the leader that orders the document about every keystroke. The leader says who holds the lock,
or what the newest text is, and a keystroke counts only once the leader has taken it.
"""

import asyncio
from collections.abc import Sequence

from services.errors import LabError
from services.messages import Value
from services.messages.edits import Ordered
from services.messages.multi_leader import Edit, Edited
from services.multi_leader.documents.keystrokes import Keystroke
from services.multi_leader.documents.texts import order_in, orderer_of
from services.multi_leader.leader import Done, Leader
from services.ports import Env
from services.replies import of_type
from services.settings.multi_leader import MultiLeaderSettings
from services.texts.splices import text_of

MOST_TRIES = 5  # the holder of the lock needs two: the first may only bring the newest text


class Locker:
    """See `Editor`."""

    owes = 0

    def __init__(
        self, env: Env, leader: Leader, settings: MultiLeaderSettings, leaders: Sequence[str]
    ) -> None:
        self._env, self._leader, self._settings, self._leaders = env, leader, settings, leaders
        self._told: dict[str, list[Ordered]] = {}  # the order as the leader told it, before changes bring it
        self._typing = asyncio.Lock()

    @property
    def keys(self) -> tuple[str, ...]:
        """See `Editor`."""
        return tuple(self._told)

    def text(self, key: str, elements: Sequence[Value]) -> list[str]:
        """See `Editor`."""
        return text_of(self._newest(key, elements))

    async def type(self, key: str, stroke: Keystroke) -> list[Done]:
        """See `Editor`; returns when the leader has taken it. Raises `LabError`, for example locked."""
        async with self._typing:
            for _ in range(MOST_TRIES):
                order = self._newest(key, self._leader.storage.members(key))
                edit = Edit(
                    key=key,
                    editor=self._env.node,
                    base=len(order),
                    first=1 + sum(each.editor == self._env.node for each in order),
                    splices=(stroke.on(text_of(order)),),
                )
                answer = await self._ask(edit)
                self._told[key] = [*order, *answer.ordered]
                if answer.taken:
                    return []
        raise LabError("overloaded", f"others were quicker each time, although {key!r} was locked for them")

    async def release(self, key: str) -> None:
        """Give the lock back, so that nobody has to wait for it to run out. Raises `LabError`."""
        async with self._typing:
            await self._ask(Edit(key=key, editor=self._env.node, release=True))

    async def run(self) -> None:
        """See `Editor`: nothing is only here."""

    def _newest(self, key: str, elements: Sequence[Value]) -> list[Ordered]:
        return max(order_in(elements), self._told.get(key, []), key=len)

    async def _ask(self, edit: Edit) -> Edited:
        leader, within_s = orderer_of(edit.key, self._leaders), self._settings.call_timeout_ms / 1000
        return of_type(await self._env.network.call(leader, edit, within_s), Edited)
