"""What leaders say to each other: the changes that each has taken, and how far the others have them."""

from collections.abc import Mapping
from typing import Annotated, Literal, TypeAlias

import msgspec

from services.messages.data import Context, Vector
from services.messages.detail import Detail
from services.messages.edits import Ordered, Splices
from services.messages.message import Message
from services.messages.values import Count, Name, Operation, Value
from services.messages.versions import Stamp


class Change(msgspec.Struct, frozen=True, omit_defaults=True):
    """One write as it travels: the leader that took it (`origin`), its number there, and when it was taken.

    `number` counts that leader's versions of this key, `past` is what the writer knew of the key; together
    they tell which versions it replaces. `after` is what the leader knew of all others' changes; `path` has
    the leaders that have taken it over since, in order. The `more` changes after it belong to the same
    transaction. The value of a change that `merges` is a state of `services.multi_leader.crdts`, which is
    joined to what is there.
    """

    origin: Name
    sequence: Count
    operation: Operation
    stamp: Stamp
    number: Count = 0
    past: Context = ""
    after: Vector = msgspec.field(default_factory=dict)
    path: tuple[Name, ...] = ()
    more: Count = 0
    merges: bool = False


class Changes(Message, frozen=True, kw_only=True):
    """Leader to leader: you lack these, in the order of each origin. If empty: are you there?"""

    sender: Name
    changes: list[Change]

    @property
    def brings_data(self) -> bool:
        """See `Message`."""
        return bool(self.changes)

    @property
    def brings(self) -> Mapping[str, int]:
        """See `Message`."""
        return {change.origin: change.sequence for change in self.changes}


class Element(msgspec.Struct, frozen=True):
    """An element of the set `key`."""

    key: str
    value: Value


class CopyPage(Message, frozen=True, kw_only=True):
    """Leader to leader: what the changes trimmed here came to. A copy has several pages.

    The last page says what the sender `knows`, and its newest stamp `time_us`; until it comes, the receiver
    knows no more than before.
    """

    sender: Name
    versions: tuple[Change, ...] = ()
    elements: tuple[Element, ...] = ()
    knows: Vector = msgspec.field(default_factory=dict)
    time_us: Count = 0

    @property
    def brings_data(self) -> bool:
        """See `Message`."""
        return True


MOST_STEPS = 16  # in a transaction, which travels in one message


class Step(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """One thing that a transaction does to one register: read it, write it, or append to the list in it.

    If `crdt` settles conflicts, it may change a counter, set, map or list (`services.multi_leader.crdts`).
    `insert` puts its value `after` an element, or at the front. `context` is what the client knows of the
    key; by default it is what its leader holds, but an `assign` then replaces nothing.
    """

    f: Literal["read", "put", "append", "increment", "add", "assign", "insert", "remove"]
    key: Annotated[str, msgspec.Meta(min_length=1, max_length=512)]
    value: Value = None
    after: Value = None
    context: Context = ""


Steps: TypeAlias = Annotated[tuple[Step, ...], msgspec.Meta(min_length=1, max_length=MOST_STEPS)]


class Transact(Message, frozen=True, kw_only=True):
    """Gateway to leader: do all of these together, or none."""

    steps: Steps

    @property
    def brings_data(self) -> bool:
        """See `Message`."""
        return True


class Transacted(Message, frozen=True, kw_only=True):
    """It is done: what each `read` among the steps returned, and null for the others."""

    node: Name
    vector: Vector
    results: list[Value]


class Kept(msgspec.Struct, frozen=True, omit_defaults=True):
    """A version that no write has replaced: what was written, by which leader, and when by its clock."""

    by: Name
    time_us: Count
    value: Value = None
    deleted: bool = False


class AskConflicts(Message, frozen=True, kw_only=True):
    """Which versions of this key are in conflict?"""

    key: str


class InConflict(Message, frozen=True, kw_only=True):
    """What readers are shown, the version that all leaders would choose, and the others."""

    node: Name
    vector: Vector
    shown: list[Value]
    winner: Kept | None = None
    losers: tuple[Kept, ...] = ()


class Taken(Message, frozen=True, kw_only=True):
    """The answer: up to where each origin's changes are durable here."""

    node: Name
    known: Vector


class Edit(Message, frozen=True, kw_only=True):
    """Editor to the leader that orders this document: put these edits after all that are there.

    They are the editor's edits from number `first` on, made on the text of revision `base`. With `release`
    there are none: the editor gives its lock back.
    """

    key: str
    editor: Name
    base: Count = 0
    first: Count = 1
    splices: Splices = ()
    release: bool = False

    @property
    def brings_data(self) -> bool:
        """See `Message`."""
        return bool(self.splices)


class Edited(Message, frozen=True, kw_only=True):
    """The answer: the edits are in the order, or were not `taken` because they were not on the newest text.

    `ordered` is everything after revision `base`.
    """

    node: Name
    taken: bool
    ordered: tuple[Ordered, ...] = ()


class OriginStatus(Detail, frozen=True, kw_only=True, tag="multi-leader"):
    """A leader's own status: what it knows, and what each other leader has confirmed of that.

    `conflicts` counts the conflicts that it met; `siblings`, the keys that now hold several values. `locks`
    says who may edit which document, if only one editor at a time may. If a datacenter has followers inside,
    a replica says which replica it takes for the leader there, in which epoch, and up to where changes are
    `trimmed`. A gateway says only which leader it asks, unless each record has one of its own.
    """

    origins: Vector = msgspec.field(default_factory=dict)
    confirmed: dict[str, Vector] = msgspec.field(default_factory=dict)
    conflicts: Count = 0
    siblings: Count = 0
    locks: dict[str, Name] = msgspec.field(default_factory=dict)
    datacenter: Name | None = None
    epoch: Count = 0
    leader: Name | None = None
    trimmed: Vector = msgspec.field(default_factory=dict)


SERVED: Mapping[str, tuple[type[Message], ...]] = {
    "replica": (Changes, CopyPage, AskConflicts, Transact, Edit),
    "device": (Changes, CopyPage),
    "gateway": (Transact, AskConflicts),
}
REPLIES: tuple[type[Message], ...] = (Taken, Transacted, Edited, InConflict)
DETAIL = OriginStatus
