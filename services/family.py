"""What a family of replication is to the shells of replicas, gateways and the controller.

A shell has what every node has: its settings in force, its capacity, a look, a probe. What is behind it is a
part of one family, made when the node starts, and made anew when an order brings the settings of another. A
part says what it answers; the shell passes on and knows no more.
"""

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

from services.messages import Execute, Executed, Message, Read, ReadResult, Status, Write, Written
from services.ports import Env
from services.settings import CommonSettings, NodeSettings

Answers: TypeAlias = Mapping[type[Message], Callable[[Any], Coroutine[Any, Any, Message]]]


@dataclass(frozen=True)
class Wish:
    """What a client asks for besides: by which policy, from which replica, from how many."""

    policy: str | None = None
    replica: str | None = None
    w: int | None = None  # acknowledgements that a write needs
    r: int | None = None  # answers that a read needs
    n: int | None = None  # homes that are asked at all

    @property
    def counts(self) -> bool:
        """Does it say how many?"""
        return (self.w, self.r, self.n) != (None, None, None)

    def __bool__(self) -> bool:
        return self != NO_WISH


NO_WISH = Wish()


class Part(Protocol):
    """One node's part in a family. It is made over its ports and settings, which may block on the disk."""

    def answers(self) -> Answers:
        """What replies to each kind of message. Raises `LabError` for every refusal and failure."""

    async def start(self) -> None:
        """Begin the work in the background."""

    async def stop(self, reason: str) -> None:
        """End it, and close what is open."""

    async def configure(self, settings: Any, reset: bool) -> None:
        """Take these settings, which are of this family; with `reset`, begin again with empty data.

        They are on the disk when it returns. Raises `LabError` when they cannot be taken.
        """

    def status(self) -> Status:
        """What it knows of itself; never waits."""

    def say(self, event: str, **fields: object) -> None:
        """Write one line into the log, with who it is at the moment."""


class Door(Part, Protocol):
    """The part of a gateway, or of whoever else speaks for clients: of a device, for its users."""

    @property
    def replicas(self) -> tuple[str, ...]:
        """The replicas that may be asked."""

    def must_know_the_way(self) -> None:
        """Raise `LabError` while there is a key for which nobody is known to ask."""

    async def write(self, message: Write, wish: Wish = NO_WISH) -> Written:
        """Let it be done. Raises `LabError`, indefinite when it may have happened."""

    async def read(self, message: Read, wish: Wish = NO_WISH) -> ReadResult:
        """One register or set. Raises `LabError`."""

    async def execute(self, message: Execute, wish: Wish = NO_WISH) -> Executed:
        """A transaction of SQL. Raises `LabError`, bad-request where the family has no tables."""


@dataclass(frozen=True)
class Family:
    """Where the parts are found, each as `module:Class`, loaded when a node needs it.

    A family without an `overseer` needs nobody who decides; its controller stands by. Where nobody but its
    replicas may take writes, a `device` beside it stands by as well, and says so to its users.
    """

    member: str
    door: str
    overseer: str = "services.controller.stand_by:StandBy"
    device: str = "services.device.stand_by:NoDevice"


Maker: TypeAlias = Callable[[Env, NodeSettings], Any]


def part_for(settings: CommonSettings, place: str) -> Maker:
    """What makes the part (`member`, `door`, `overseer` or `device`) of the family that `settings` are of."""
    from services.loading import load

    family: Family = load(settings.parts)
    maker: Maker = load(getattr(family, place))
    return maker
