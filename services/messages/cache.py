"""What gateways say to the cache beside the cluster, and what it answers."""

from services.messages.message import Message
from services.messages.values import Value


class CacheGet(Message, frozen=True, kw_only=True):
    """What do you remember under `key`?"""

    key: str


class CachePut(Message, frozen=True, kw_only=True):
    """Remember `value` under `key`."""

    key: str
    value: Value


class Cached(Message, frozen=True, kw_only=True):
    """What the cache has; `found` is false if it has nothing, or the request was to remember."""

    node: str
    found: bool
    value: Value = None
