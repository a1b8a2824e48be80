"""What a coordinator and a key's homes say to each other, where there is no leader."""

from collections.abc import Mapping
from typing import Annotated

import msgspec

from services.messages.detail import Detail
from services.messages.message import Message
from services.messages.values import Count, Name
from services.messages.versions import NOTHING, Seen, Version

DEPTH = 3  # levels below the root of a tree that two homes compare


class StoreVersions(Message, frozen=True, kw_only=True):
    """Coordinator to home: keep these versions of `key`, unless what is there replaces them."""

    key: str
    versions: tuple[Version, ...]
    keep_for: Name | None = None  # a home that could not be reached: hand it over when it can

    @property
    def brings_data(self) -> bool:
        """See `Message`."""
        return True


class WriteVersion(Message, frozen=True, kw_only=True):
    """Coordinator to the first home: give this write of `key` a number, keep it, and say what you have then.

    Whoever writes it has seen `seen`.
    """

    key: str
    version: Version
    seen: Seen = NOTHING

    @property
    def brings_data(self) -> bool:
        """See `Message`."""
        return True


class Stored(Message, frozen=True, kw_only=True):
    """They are on the disk of `node`, or something newer is."""

    node: str


class FetchVersions(Message, frozen=True, kw_only=True):
    """Coordinator to home: what have you of `key`? Or, what do you keep of it for another?"""

    key: str
    kept_for: Name | None = None


class Fetched(Message, frozen=True, kw_only=True):
    """The versions at `node`; none of a key that it has never heard of.

    It has all that was acknowledged more than `behind_ms` ago, as far as it can tell.
    """

    node: str
    versions: tuple[Version, ...] = ()
    behind_ms: float | None = None


class DropTombstone(Message, frozen=True, kw_only=True):
    """First home to all: every home has this tombstone, so drop it, if it is still all that you have."""

    key: str
    versions: tuple[Version, ...]


class AskDigests(Message, frozen=True, kw_only=True):
    """Home to home: of the tree over the keys that both of us hold, what stands below these nodes?

    `node` is who asks, `level` counts from the root (0).
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
    """Home to home: this is what I have of these keys; keep it, and say what you have then."""

    cells: dict[str, tuple[Version, ...]]

    @property
    def brings_data(self) -> bool:
        """See `Message`."""
        return True


class Exchanged(Message, frozen=True, kw_only=True):
    """What both have together."""

    cells: dict[str, tuple[Version, ...]]


class HomeStatus(Detail, frozen=True, tag="leaderless"):
    """What a home says of itself: how many keys it holds, deleted ones included.

    `most_siblings` is how many values one of them has had at most.

    `hints` is what it keeps for other homes, `shared` sums up what it holds together with each of them, where
    they compare it and not everybody is a home of every key. A coordinator says how many of its messages are
    on their way.

    It has all that was acknowledged more than `behind_ms` ago (of a coordinator its last answer had), and
    `lacked` so many keys when it was compared with others last; null where nobody knows.
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
