"""What a coordinator and a key's homes say to each other, where there is no leader."""

from collections.abc import Mapping

from services.messages.detail import Detail
from services.messages.message import Message
from services.messages.values import Count
from services.messages.versions import Version


class StoreVersions(Message, frozen=True, kw_only=True):
    """Coordinator to home: keep these versions of `key`, unless what is there replaces them."""

    key: str
    versions: tuple[Version, ...]


class Stored(Message, frozen=True, kw_only=True):
    """They are on the disk of `node`, or something newer is."""

    node: str


class FetchVersions(Message, frozen=True, kw_only=True):
    """Coordinator to home: what have you of `key`?"""

    key: str


class Fetched(Message, frozen=True, kw_only=True):
    """The versions at `node`; none of a key that it has never heard of."""

    node: str
    versions: tuple[Version, ...] = ()


class HomeStatus(Detail, frozen=True, tag="leaderless"):
    """What a home says of itself: how many keys it holds, deleted ones included.

    A coordinator says how many of its messages are still on their way.
    """

    keys: Count = 0
    under_way: Count = 0


SERVED: Mapping[str, tuple[type[Message], ...]] = {"replica": (StoreVersions, FetchVersions)}
REPLIES: tuple[type[Message], ...] = (Stored, Fetched)
DETAIL = HomeStatus
