"""A device: a phone, a laptop, a desk; its family says what it does for its users.

It is a gateway and a replica in one. Its users come only to it, and it answers from its own disk, so it works
even while it reaches no other node. Its family says what it exchanges with the cluster when it can; in the
chapter's terms it is a leader that is usually cut off.
"""

from collections.abc import Coroutine
from typing import Any, TypeVar

import apsw

from services.errors import LabError
from services.family import NO_WISH, Wish
from services.gateway.gateway import Gateway
from services.messages import (
    Cached,
    CacheGet,
    CachePut,
    Execute,
    Executed,
    Message,
    Read,
    ReadResult,
    Status,
    Write,
    Written,
)
from services.ports import Env
from services.settings import NodeSettings
from services.trouble import Trouble

T = TypeVar("T")


class Device(Gateway):
    """See `services.gateway`; the part of its family is a `services.family.Door`."""

    place = "device"

    def __init__(self, env: Env, settings: NodeSettings) -> None:
        super().__init__(env, settings)
        self._trouble = Trouble(lambda event, **fields: self.part.say(event, **fields))

    async def handle(self, message: Message) -> Message:
        """The reply to `message`. Raises `LabError` for every refusal and failure."""
        return await self._done(type(message).__name__, super().handle(message))

    async def write(self, message: Write, wish: Wish = NO_WISH) -> Written:
        """See `Door`."""
        return await self._done("Write", super().write(message, wish))

    async def read(self, message: Read, wish: Wish = NO_WISH) -> ReadResult:
        """See `Door`."""
        return await self._done("Read", super().read(message, wish))

    async def execute(self, message: Execute, wish: Wish = NO_WISH) -> Executed:
        """See `Door`."""
        return await self._done("Execute", super().execute(message, wish))

    async def cached(self, message: CacheGet | CachePut) -> Cached:
        """There is no cache on a device."""
        raise LabError("bad-request", f"{self.env.node} is a device; a cache stands beside the gateways")

    async def survey(self) -> dict[str, Status | LabError]:
        """Its own status only: asking other nodes might take a long time."""
        return {self.env.node: self.status()}

    async def _done(self, what: str, work: Coroutine[Any, Any, T]) -> T:
        """The result of `work`; an error of the disk is logged, and raised as `LabError` storage-failed."""
        try:
            with self._trouble.noticed(what):
                return await work
        except apsw.ConnectionClosedError as error:
            raise LabError("shutting-down", f"the data of {self.env.node} is being replaced") from error
