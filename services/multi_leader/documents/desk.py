"""The documents of a leader or a device: it shows texts, orders edits, or lets its user type."""

from collections.abc import Callable, Mapping, Sequence

from services.errors import LabError
from services.messages import Value
from services.messages.multi_leader import Edit, Edited
from services.multi_leader.documents.drafter import Drafter
from services.multi_leader.documents.editor import Editor
from services.multi_leader.documents.keystrokes import keystroke_in
from services.multi_leader.documents.locker import Locker
from services.multi_leader.documents.orders import Orders
from services.multi_leader.documents.texts import text_in, whole_text
from services.multi_leader.documents.writer import Writer
from services.multi_leader.leader import Done, Leader
from services.ports import Env
from services.settings.multi_leader import MultiLeaderSettings


class Desk:
    """`leaders` are those of the cluster; a device has an `editor`. `say` writes a line into the log."""

    def __init__(
        self,
        env: Env,
        leader: Leader,
        settings: MultiLeaderSettings,
        leaders: Sequence[str],
        *,
        is_typed_on: bool,
        say: Callable[..., None],
    ) -> None:
        self._env, self._leader, self._settings, self._say = env, leader, settings, say
        self._orders = Orders(env.node, leaders, settings, leader, env.clock.monotonic)
        self._editor = _editor(env, leader, settings, leaders) if is_typed_on and self.is_open else None

    @property
    def is_open(self) -> bool:
        """Are the sets here documents?"""
        return self._settings.documents != "none"

    @property
    def owes(self) -> int:
        """How many keystrokes are here and nowhere else yet."""
        return self._editor.owes if self._editor else 0

    @property
    def was_typed_on(self) -> bool:
        """Does the disk hold drafts of the user, so that it cannot be new?"""
        return bool(self._editor and self._editor.keys)

    @property
    def locks(self) -> dict[str, str]:
        """Which editor may type in which document, by this leader's locks."""
        return self._orders.locks()

    def text(self, key: str) -> list[str]:
        """What a reader sees of a document, or the user of a device."""
        storage = self._leader.storage
        if self._settings.documents == "last-write-wins":
            return whole_text(self._leader.resolvers.of(key).show(storage.versions(key)))
        return self._shown(key, storage.members(key))

    def texts(self, sets: Mapping[str, list[Value]]) -> dict[str, list[Value]]:
        """What readers see of all `sets`."""
        if not self.is_open:
            return dict(sets)
        more = dict.fromkeys(self._editor.keys if self._editor else ())
        return {key: list(self._shown(key, sets.get(key, []))) for key in sorted({**sets, **more})}

    async def type(self, key: str, value: Value) -> list[Done]:
        """Do what a device's user asks for; returns what changed here. Raises `LabError`.

        A release does nothing where documents have no locks.
        """
        if self._editor is None:
            raise LabError("bad-request", f"{self._env.node} is no device, and texts are typed on devices")
        stroke = keystroke_in(value)
        if not stroke.release:
            return await self._editor.type(key, stroke)
        if isinstance(self._editor, Locker):
            await self._editor.release(key)
        return []

    async def order(self, asked: Edit) -> tuple[Edited, list[Done]]:
        """See `Orders`. The log says who takes the lock or gives it back."""
        holder = self.locks.get(asked.key)
        done = await self._env.disk.run(lambda: self._orders.put(asked))
        if self._settings.documents == "lock" and holder != asked.editor and not asked.release:
            self._say("lock-taken", key=asked.key, by=asked.editor)
        elif asked.release and holder == asked.editor:
            self._say("lock-released", key=asked.key, by=asked.editor)
        return done

    async def run(self) -> None:
        """Share what was typed here, until cancelled."""
        if self._editor:
            await self._editor.run()

    def _shown(self, key: str, elements: Sequence[Value]) -> list[str]:
        if self._editor:
            return self._editor.text(key, elements)
        return text_in(elements, self._settings.documents)


def _editor(env: Env, leader: Leader, settings: MultiLeaderSettings, leaders: Sequence[str]) -> Editor:
    if settings.documents == "lock":
        return Locker(env, leader, settings, leaders)
    if settings.documents == "operational-transformation":
        return Drafter(env, leader, settings, leaders)
    return Writer(env, leader, settings)
