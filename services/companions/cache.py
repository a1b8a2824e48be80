"""A cache beside the cluster: it remembers what it was told, and knows nothing of replication.

On real machines it is a Redis or Valkey server, reached through `services.adapters.redis`. A simulation has
no sockets, so there a dictionary with the same two commands replaces it, and the log says so. Neither notices
a failover of the database, and that is what does the harm.
"""

from typing import Protocol

import msgspec

from services.companions.companion import Companion
from services.errors import LabError
from services.messages import Contents, Message, ReadContents, Value, kind_of
from services.messages.cache import Cached, CacheGet, CachePut


class Memory(Protocol):
    """The two commands of a cache; values are bytes. They raise `LabError` if it does not answer."""

    name: str

    async def get(self, key: str) -> bytes | None:
        """What was last put there, None if nothing."""

    async def put(self, key: str, value: bytes) -> None:
        """Put `value` there."""

    async def close(self) -> None:
        """Close it."""


class Dictionary:
    """See `Memory`: the replacement in the simulation."""

    name = "dictionary"

    def __init__(self) -> None:
        self._values: dict[str, bytes] = {}

    async def get(self, key: str) -> bytes | None:
        """See `Memory`."""
        return self._values.get(key)

    async def put(self, key: str, value: bytes) -> None:
        """See `Memory`."""
        self._values[key] = value

    async def close(self) -> None:
        """See `Memory`."""
        self._values.clear()


class Cache(Companion):
    """The node of the role `cache`."""

    memory: Memory

    async def begin(self) -> None:
        """Begin with an empty memory."""
        self.memory = await self.open_memory()
        self._is_used = False

    async def end(self) -> None:
        """Close the memory."""
        await self.memory.close()

    async def open_memory(self) -> Memory:
        """An empty memory."""
        return Dictionary()

    async def answer(self, message: Message) -> Message:
        """See `Companion`."""
        if isinstance(message, CachePut | CacheGet) and not self._is_used:
            self._is_used = True
            self.env.log.event("cache-used", role="companion", engine=self.memory.name)
        if isinstance(message, CachePut):
            await self.memory.put(message.key, msgspec.json.encode(message.value))
            return Cached(node=self.env.node, found=False)
        if isinstance(message, ReadContents):
            return Contents(node=self.env.node, epoch=0, position=self.position, registers={}, sets={})
        if isinstance(message, CacheGet):
            return self._cached(await self.memory.get(message.key))
        raise LabError("bad-request", f"a cache has no use for a {kind_of(message)}")

    def _cached(self, data: bytes | None) -> Cached:
        value: Value = None if data is None else msgspec.json.decode(data)
        return Cached(node=self.env.node, found=data is not None, value=value)
