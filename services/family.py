"""What a family of replication is to the shells of replicas, gateways and the controller.

A shell has what every node has: its settings in force, its capacity, its status, a probe. Behind it is a part
of one family, made when the node starts, and made anew when an order brings the settings of another family.
A part says what it answers; the shell only passes messages on.
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
    """What else a client may ask for: a policy, a replica, a number of replicas."""

    policy: str | None = None
    replica: str | None = None
    w: int | None = None  # acknowledgements that a write needs
    r: int | None = None  # answers that a read needs
    n: int | None = None  # homes to ask at all

    @property
    def counts(self) -> bool:
        """Does it give any number?"""
        return (self.w, self.r, self.n) != (None, None, None)

    def __bool__(self) -> bool:
        return self != NO_WISH


NO_WISH = Wish()


class Part(Protocol):
    """One node's part in a family. Making it, from its ports and settings, may block on the disk."""

    def answers(self) -> Answers:
        """The function that answers each kind of message. They raise `LabError` to refuse or fail."""

    async def start(self) -> None:
        """Begin the background work."""

    async def stop(self, reason: str) -> None:
        """End the work, and close what is open."""

    async def configure(self, settings: Any, reset: bool) -> None:
        """Take these settings, which are of this family; with `reset`, begin again with empty data.

        They are on the disk when this returns. Raises `LabError` if they cannot be taken.
        """

    def status(self) -> Status:
        """Its own status; never waits."""

    def say(self, event: str, **fields: object) -> None:
        """Write one line into the log, with its present role."""


class Door(Part, Protocol):
    """The part of a gateway, or of a device, which speaks for its users."""

    @property
    def replicas(self) -> tuple[str, ...]:
        """The replicas that it may ask."""

    def must_know_the_way(self) -> None:
        """Raise `LabError` while it does not know whom to ask about every key."""

    async def write(self, message: Write, wish: Wish = NO_WISH) -> Written:
        """Have it done. Raises `LabError`, indefinite if it may have happened."""

    async def read(self, message: Read, wish: Wish = NO_WISH) -> ReadResult:
        """Read one register or set. Raises `LabError`."""

    async def execute(self, message: Execute, wish: Wish = NO_WISH) -> Executed:
        """Execute an SQL transaction. Raises `LabError`, bad-request if the family has no tables."""


@dataclass(frozen=True)
class Family:
    """Where the parts are found, each as `module:Class`, loaded when a node needs it.

    A family without an `overseer` needs no controller; its controller stands by. If only its replicas may
    take writes, a `device` beside it stands by as well, and tells its users so.
    """

    member: str
    door: str
    overseer: str = "services.controller.stand_by:StandBy"
    device: str = "services.device.stand_by:NoDevice"


Maker: TypeAlias = Callable[[Env, NodeSettings], Any]


def part_for(settings: CommonSettings, place: str) -> Maker:
    """What makes the part (`member`, `door`, `overseer` or `device`) of the family of `settings`."""
    from services.loading import load

    family: Family = load(settings.parts)
    maker: Maker = load(getattr(family, place))
    return maker
