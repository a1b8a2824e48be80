"""The gateway: the clients' door. Its family says which replicas it asks, and when that is enough.

Whatever the family, a gateway never repeats a write that may have happened: after a timeout the outcome is
unknown, and the client is told exactly that. Reads have no effect and may be tried elsewhere.
"""

import asyncio

from services.errors import LabError
from services.family import NO_WISH, Answers, Door, Wish
from services.messages import (
    AskStatus,
    Cached,
    CacheGet,
    CachePut,
    Execute,
    Executed,
    Read,
    ReadResult,
    Status,
    Write,
    Written,
)
from services.replies import of_type
from services.shell import Shell

CONTROLLER = "controller"


class Gateway(Shell):
    """`handle` serves clients in the simulation, and nodes everywhere; `read` takes wishes."""

    place = "door"
    part: Door

    def own_answers(self) -> Answers:
        """See `Shell`."""
        of_clients: Answers = {
            Write: self.write,
            Read: self.read,
            Execute: self.execute,
            **dict.fromkeys((CacheGet, CachePut), self.cached),
        }
        return {**super().own_answers(), **of_clients}

    async def write(self, message: Write, wish: Wish = NO_WISH) -> Written:
        """See `Door`."""
        return await self.part.write(message, wish)

    async def read(self, message: Read, wish: Wish = NO_WISH) -> ReadResult:
        """See `Door`."""
        return await self.part.read(message, wish)

    async def execute(self, message: Execute, wish: Wish = NO_WISH) -> Executed:
        """See `Door`."""
        return await self.part.execute(message, wish)

    async def cached(self, message: CacheGet | CachePut) -> Cached:
        """Pass it on to the cache. Raises `LabError`, bad-request if this cluster has no cache beside it."""
        name = next((name for name, role in self.node.companions.items() if role == "cache"), None)
        if name is None:
            raise LabError("bad-request", "there is no cache beside this cluster")
        return of_type(await self.env.network.call(name, message, self._call_s), Cached)

    async def survey(self) -> dict[str, Status | LabError]:
        """The status of every replica and of the controller, or the error that came instead."""
        names = (*self.part.replicas, CONTROLLER)
        return dict(zip(names, await asyncio.gather(*map(self._status_of, names)), strict=True))

    @property
    def _call_s(self) -> float:
        return self.settings.call_timeout_ms / 1000

    async def _status_of(self, node: str) -> Status | LabError:
        try:
            return of_type(await self.env.network.call(node, AskStatus(), self._call_s), Status)
        except LabError as error:
            return error
