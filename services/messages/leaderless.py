"""What a coordinator and a key's homes say to each other, if there is no leader."""

from collections.abc import Mapping
from typing import Annotated

import msgspec

from services.messages.detail import Detail
from services.messages.message import Message
from services.messages.values import Count, Name
from services.messages.versions import NOTHING, Seen, Version

DEPTH = 3  # levels below the root of a tree that two homes compare


class StoreVersions(Message, frozen=True, kw_only=True):
    """Coordinator to home: keep these versions of `key`, unless yours replace them."""

    key: str
    versions: tuple[Version, ...]
    keep_for: Name | None = None  # a home that could not be reached: hand them over once it can be

    @property
    def brings_data(self) -> bool:
        """See `Message`."""
        return True


class WriteVersion(Message, frozen=True, kw_only=True):
    """Coordinator to the first home: number this write of `key`, keep it, and say what you then have.

    Its writer has seen `seen`.
    """

    key: str
    version: Version
    seen: Seen = NOTHING

    @property
    def brings_data(self) -> bool:
        """See `Message`."""
        return True


class Stored(Message, frozen=True, kw_only=True):
    """They, or something newer, are on the disk of `node`."""

    node: str


class FetchVersions(Message, frozen=True, kw_only=True):
    """Coordinator to home: what do you have of `key`? Or, what do you keep of it for another home?"""

    key: str
    kept_for: Name | None = None


class Fetched(Message, frozen=True, kw_only=True):
    """The versions at `node`; empty if it has never heard of the key.

    The node has all that was acknowledged more than `behind_ms` ago, as far as it can tell.
    """

    node: str
    versions: tuple[Version, ...] = ()
    behind_ms: float | None = None


class DropTombstone(Message, frozen=True, kw_only=True):
    """First home to all: every home has this tombstone, so drop it if you still have nothing else."""

    key: str
    versions: tuple[Version, ...]


class AskDigests(Message, frozen=True, kw_only=True):
    """Home to home: in the tree over the keys that we both hold, what is below these nodes?

    `node` asks; `level` counts from the root (0).
    """

    node: Name
    level: Annotated[int, msgspec.Meta(ge=0, le=DEPTH - 1)]
    places: tuple[Count, ...]


class Digests(Message, frozen=True, kw_only=True):
    """The digests one level below, those of each place in turn."""

    digests: tuple[Count, ...]


class AskKeys(Message, frozen=True, kw_only=True):
    """Home to home: which keys lie in these leaves, and what is the digest of each?"""

    node: Name
    leaves: tuple[Count, ...]


class Keys(Message, frozen=True, kw_only=True):
    """Each key with its digest."""

    digests: dict[str, Count]


class Exchange(Message, frozen=True, kw_only=True):
    """Home to home: this is what I have of these keys; keep it, and say what you then have."""

    cells: dict[str, tuple[Version, ...]]

    @property
    def brings_data(self) -> bool:
        """See `Message`."""
        return True


class Exchanged(Message, frozen=True, kw_only=True):
    """What both homes together have."""

    cells: dict[str, tuple[Version, ...]]


class HomeStatus(Detail, frozen=True, tag="leaderless"):
    """The status of a home: how many keys it holds, deleted ones included.

    `most_siblings` is the most values that any of them has had.

    `hints` counts what it keeps for other homes. `shared` sums up what it holds in common with each of them,
    if they compare it and not every node is a home of every key. A coordinator says how many of its messages
    are under way.

    The home has all that was acknowledged more than `behind_ms` ago (for a coordinator: its last answer had),
    and `lacked` this many keys in its last comparisons with others; null if unknown.
    """

    keys: Count = 0
    most_siblings: Count = 0
    under_way: Count = 0
    hints: Count = 0
    shared: dict[str, int] = msgspec.field(default_factory=dict)
    behind_ms: float | None = None
    lacked: Count | None = None


SERVED: Mapping[str, tuple[type[Message], ...]] = {
    "replica": (StoreVersions, WriteVersion, FetchVersions, DropTombstone, AskDigests, AskKeys, Exchange)
}
REPLIES: tuple[type[Message], ...] = (Stored, Fetched, Digests, Keys, Exchanged)
DETAIL = HomeStatus
