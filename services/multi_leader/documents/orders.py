"""The leader that puts a document's edits into an order: by transforming them, or by a lock.

The ordered edits are in the leader's set of edits, and go to all others from there. An editor whose answer
was lost sends the same edits again; the leader knows by their numbers which it has.

An editor holds the lock until it gives it back, or has not typed for a while. The holder types on the newest
text or not at all, so a leader that forgets its locks, for example by a restart, breaks nothing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from msgspec import to_builtins

from services.errors import LabError
from services.messages import Operation, Write
from services.messages.edits import Ordered
from services.messages.multi_leader import Edit, Edited
from services.multi_leader.documents.texts import order_in, orderer_of
from services.multi_leader.leader import Done, Leader
from services.settings.multi_leader import MultiLeaderSettings
from services.texts.drafts import Draft, put_into_order

IN_ORDER = ("lock", "operational-transformation")


@dataclass
class Orders:
    """The documents that `name`, one of `leaders`, puts into order; `now_s` is its clock."""

    name: str
    leaders: Sequence[str]
    settings: MultiLeaderSettings
    leader: Leader
    now_s: Callable[[], float]
    _locks: dict[str, tuple[str, float]] = field(default_factory=dict)  # who, and until when

    def locks(self) -> dict[str, str]:
        """Who holds the lock of which document."""
        now_s = self.now_s()
        return {key: holder for key, (holder, until_s) in tuple(self._locks.items()) if until_s > now_s}

    def put(self, asked: Edit) -> tuple[Edited, list[Done]]:
        """Put the edits into the order, durable on return. Writes, so it blocks.

        Raises `LabError`: not-leader, locked, or bad-request if the edits are impossible.
        """
        self._must_be_mine(asked.key)
        order = order_in(self.leader.storage.held_members(asked.key))
        if asked.release:
            self._release(asked)
            return Edited(node=self.name, taken=False, ordered=tuple(order[asked.base :])), []
        locks = self.settings.documents == "lock"
        fresh = self._under_lock(asked, order) if locks else _put(order, asked)
        writes = [Write(operation=Operation("add", asked.key, to_builtins(edit))) for edit in fresh]
        done = self.leader.write_all(writes) if writes else []
        news = (*order[asked.base :], *fresh)
        return Edited(node=self.name, taken=bool(fresh) or not locks, ordered=news), done

    def _release(self, asked: Edit) -> None:
        """Release the lock if the editor still holds it."""
        holder, _ = self._locks.get(asked.key, ("", 0.0))
        if holder == asked.editor:
            del self._locks[asked.key]

    def _must_be_mine(self, key: str) -> None:
        if self.settings.documents not in IN_ORDER:
            way = self.settings.documents
            raise LabError("bad-request", f"no leader puts edits into an order here: documents={way}")
        orderer = orderer_of(key, self.leaders)
        if orderer != self.name:
            raise LabError("not-leader", f"{orderer} orders the edits of {key!r}", orderer)

    def _under_lock(self, asked: Edit, order: Sequence[Ordered]) -> tuple[Ordered, ...]:
        """The edits that are taken: none from an editor that does not know the newest text."""
        holder, until_s = self._locks.get(asked.key, ("", 0.0))
        now_s = self.now_s()
        if holder != asked.editor and until_s > now_s:
            raise LabError("locked", f"{holder} is editing {asked.key!r}")
        self._locks[asked.key] = asked.editor, now_s + self.settings.lock_ms / 1000
        return _put(order, asked) if asked.base == len(order) else ()


def _put(order: Sequence[Ordered], asked: Edit) -> tuple[Ordered, ...]:
    try:
        return put_into_order(order, Draft(asked.base, asked.first, asked.splices), asked.editor)
    except IndexError as error:
        raise LabError("bad-request", f"these edits are of another text of {asked.key!r}: {error}") from error
