"""The clients' side of a key-value service, as a workload sees it.

Nothing here is particular to our own replicas or to HTTP: a simulation or a real database only needs
an object with these five methods.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, TypeAlias, runtime_checkable

from msgspec import Struct

Call: TypeAlias = Literal["put", "get", "delete", "add", "members"]

_NAMES: dict[Call, str] = {
    "put": "write",
    "get": "read",
    "delete": "delete",
    "add": "add",
    "members": "read",
}


class Answer(Struct, frozen=True):
    """A success: the replica that answered, its epoch, its log position, and what a read returned.

    `token`, where there is one, is to be sent with the next request of the same device; `partition` is where
    the key lies, where there are several. `siblings` are all the values where a read returned several;
    `context`, where there is one, is to be sent with the device's next write of this key; `by` coordinated.
    A read shows all that was acknowledged more than `behind_ms` ago, where somebody can tell.
    """

    node: str
    epoch: int
    position: Any
    value: Any = None
    token: str | None = None
    partition: int | None = None
    siblings: tuple[Any, ...] | None = None
    context: str | None = None
    by: str | None = None
    behind_ms: float | None = None


class Caller(Struct, frozen=True):
    """Who asks: the user's session, and the token that the device was given last; by default, anybody.

    `context` is what the device knows of the key that it writes.
    """

    session: str | None = None
    token: str | None = None
    context: str | None = None


ANYBODY = Caller()


class ClientError(Exception):
    """A failure. `definite` promises that the request had no effect and never will; in doubt False."""

    def __init__(self, definite: bool, text: str) -> None:
        super().__init__(text)
        self.definite = definite
        self.text = text

    @property
    def code(self) -> str:
        """The kind of failure, with which the text begins."""
        return self.text.partition(":")[0]


@runtime_checkable
class Client(Protocol):
    """Requests through the gateway of that name. Every method raises `ClientError`, nothing else.

    A call comes back within a time that the client bounds itself, and is sent at most once.
    """

    async def put(self, gateway: str, key: str, value: Any, caller: Caller = ANYBODY) -> Answer:
        """Write register `key`."""

    async def get(self, gateway: str, key: str, caller: Caller = ANYBODY) -> Answer:
        """Read register `key`; the value of an absent one is None."""

    async def delete(self, gateway: str, key: str, caller: Caller = ANYBODY) -> Answer:
        """Remove register `key`."""

    async def add(self, gateway: str, key: str, element: Any, caller: Caller = ANYBODY) -> Answer:
        """Add `element` to the set `key`."""

    async def members(self, gateway: str, key: str, caller: Caller = ANYBODY) -> Answer:
        """Read the set `key` as a list; that of an absent one is empty."""


class Custom(Protocol):
    """A request that knows by itself how it is made; the rest of it is for the history."""

    @property
    def f(self) -> str:
        """The operation's name in the history."""

    @property
    def key(self) -> str | None:
        """None for a transaction."""

    @property
    def value(self) -> Any:
        """What is asked for."""

    @property
    def session(self) -> str | None:
        """Whose request it is."""

    async def perform(self, client: Client, gateway: str) -> Answer:
        """Send it once. Raises `ClientError`."""


@runtime_checkable
class SaysWhatItSaw(Protocol):
    """A custom request that changes what its client has seen: these values; None for one that does not."""

    @property
    def saw(self) -> tuple[Any, ...] | None:
        """What it means to replace."""


def _to_nobody(_: Answer) -> None:
    """Nobody cares."""


@dataclass(frozen=True)
class Request:
    """One thing that a client wants done, on a `device` of the user whose `session` it is.

    Clients come to a gateway of their own; those who are `routed_by` a name come to the one that the name
    stands for, the same for all. `heard` is told of the answer, if there is one, before the client goes on.
    A change that goes by what the client has seen of the key is `knowing`: it says what that was.
    """

    call: Call
    key: str
    value: Any = None
    session: str | None = None
    device: str | None = None
    routed_by: str | None = None
    knowing: bool = False
    heard: Callable[[Answer], None] = field(default=_to_nobody, compare=False, repr=False)

    @property
    def f(self) -> str:
        """The operation's name in the history."""
        return _NAMES[self.call]


async def perform(
    client: Client, gateway: str, request: Request | Custom, caller: Caller = ANYBODY
) -> Answer:
    """Send `request` through `gateway`. Raises `ClientError`."""
    if not isinstance(request, Request):
        return await request.perform(client, gateway)
    answer = await _send(client, gateway, request, caller)
    request.heard(answer)
    return answer


async def _send(client: Client, gateway: str, request: Request, caller: Caller) -> Answer:
    key = request.key
    match request.call:
        case "put":
            return await client.put(gateway, key, request.value, caller)
        case "get":
            return await client.get(gateway, key, caller)
        case "delete":
            return await client.delete(gateway, key, caller)
        case "add":
            return await client.add(gateway, key, request.value, caller)
        case "members":
            return await client.members(gateway, key, caller)
