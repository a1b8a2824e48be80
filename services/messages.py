"""The records that nodes exchange, and their one encoding: JSON, by msgspec.

Frozen records with a tag on the wire. Everything that a leader or the controller says carries an
epoch: a receiver that knows a newer one refuses, and that refusal is how an old leader learns that
its time is over (Lampson calls them epochs; Raft, terms; PostgreSQL, timelines).
"""

import re
from typing import Any, Literal, TypeAlias

import msgspec

from services.config import ClusterSettings
from services.errors import LabError

Value: TypeAlias = bool | int | float | str | list[Any] | dict[str, Any] | None
Role: TypeAlias = Literal["leader", "follower", "controller", "gateway"]


class Position(msgspec.Struct, frozen=True, order=True, array_like=True):
    """A place in the log: the epoch that wrote the entry, and its sequence number from 1.

    Of two logs the one that ends at the larger position is the newer one.
    """

    epoch: int = 0
    sequence: int = 0

    def __str__(self) -> str:
        return f"{self.epoch}.{self.sequence}"


START = Position(0, 0)


class Operation(msgspec.Struct, frozen=True):
    """What a client asked for: `put` and `delete` a register, `add` an element to a set."""

    f: Literal["put", "delete", "add"]
    key: str
    value: Value = None


class Entry(msgspec.Struct, frozen=True):
    """One line of the log. Without an operation it is the mark with which a leader opens its epoch."""

    position: Position
    operation: Operation | None = None


def _kebab(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", name).lower()


class Message(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag=_kebab):
    """Base of every message; its tag on the wire is the class's name in kebab case."""


class Write(Message, frozen=True, kw_only=True):
    """Gateway to leader: do this, answer when it is acknowledged by the rule in force."""

    operation: Operation


class Written(Message, frozen=True, kw_only=True):
    """The write is acknowledged, at `position` of the leader's log."""

    node: str
    epoch: int
    position: Position


class Read(Message, frozen=True, kw_only=True):
    """Gateway to replica: one register or set.

    `local` is answered from what this replica has, `leader` only by a leader that may still
    lead, `bounded` only by a replica that is provably no staler than the bound.
    """

    key: str
    type: Literal["register", "set"] = "register"
    mode: Literal["local", "leader", "bounded"] = "local"


class ReadResult(Message, frozen=True, kw_only=True):
    """The value (None when `found` is false) and the position up to which the replica had applied."""

    node: str
    epoch: int
    position: Position
    found: bool
    value: Value = None


class ReadContents(Message, frozen=True, kw_only=True):
    """Everything that a replica holds, for the final comparison and for curious people."""


class Contents(Message, frozen=True, kw_only=True):
    """All registers, all sets as sorted lists, and the log tails that were set aside, by file name."""

    node: str
    epoch: int
    position: Position
    registers: dict[str, Value]
    sets: dict[str, list[Value]]
    set_aside: dict[str, list[Entry]] = {}


class Append(Message, frozen=True, kw_only=True):
    """Leader to follower: these entries follow `previous`; without entries it is a heartbeat.

    `acknowledged` is the sequence up to which clients have been answered. `echo` repeats the
    follower's own clock from its last reply, which lets it bound its staleness without trusting
    anybody else's clock: what the leader says now was said after that moment.
    """

    leader: str
    epoch: int
    previous: Position
    entries: list[Entry]
    last: Position
    acknowledged: int
    echo: float | None = None


class Appended(Message, frozen=True, kw_only=True):
    """Follower to leader: my log is durable up to `position`.

    `fits` is false when `previous` is not in my log; then the leader tries an earlier place.
    """

    node: str
    epoch: int
    position: Position
    fits: bool
    clock: float


class Heartbeat(Message, frozen=True, kw_only=True):
    """Controller to replica: `leader` leads in `epoch`. Are you there, and how far are you?"""

    epoch: int
    leader: str | None


class Status(Message, frozen=True, kw_only=True):
    """What a node says of itself. `lag_s` is how far behind the leader a follower may be, at most."""

    node: str
    role: Role
    epoch: int
    position: Position
    acknowledged: int = 0
    leader: str | None = None
    lag_s: float | None = None
    settings: ClusterSettings | None = None
    followers: dict[str, Position] = {}


class Fence(Message, frozen=True, kw_only=True):
    """Controller to replica: promise never again to accept anything older than `epoch`."""

    epoch: int


class Promote(Message, frozen=True, kw_only=True):
    """Controller to replica: lead, in `epoch`."""

    epoch: int
    reason: str


class StepDown(Message, frozen=True, kw_only=True):
    """Operator to leader: stop leading."""

    reason: str


class ShutDown(Message, frozen=True, kw_only=True):
    """Shoot the other node in the head: stop the process now, over the out-of-band link."""

    reason: str


class Stopping(Message, frozen=True, kw_only=True):
    """The last words of a node that was told to shut down."""

    node: str


class RenewLease(Message, frozen=True, kw_only=True):
    """Leader to controller: let me lead for another while."""

    node: str
    epoch: int


class LeaseGranted(Message, frozen=True, kw_only=True):
    """Lead for `lease_s` more seconds, counted from the moment you asked."""

    lease_s: float


class AskRoute(Message, frozen=True, kw_only=True):
    """Gateway to controller: who leads?"""


class Route(Message, frozen=True, kw_only=True):
    """Controller to gateway: `leader` leads in `epoch`."""

    epoch: int
    leader: str | None


class Configure(Message, frozen=True, kw_only=True):
    """Operator to any node: take these settings; with `reset`, begin again with empty data."""

    settings: ClusterSettings
    reset: bool = False


class AskStatus(Message, frozen=True, kw_only=True):
    """Anybody to any node: who are you at the moment?"""


class Probe(Message, frozen=True, kw_only=True):
    """Operator to any node: send `to` a harmless request over your own link; what came back?"""

    to: str
    timeout_s: float


class Probed(Message, frozen=True, kw_only=True):
    """`passed`, `no-answer` (a black hole) or `refused` (closed or reset)."""

    outcome: Literal["passed", "no-answer", "refused"]
    elapsed_s: float


class Failed(Message, frozen=True, kw_only=True):
    """A refusal or failure on the wire; see the table in `services.errors`."""

    error: str
    message: str
    definite: bool
    leader: str | None = None


REQUESTS: tuple[type[Message], ...] = (
    *(Write, Read, ReadContents),
    *(Append, Heartbeat, Fence, Promote, StepDown, ShutDown),
    *(RenewLease, AskRoute, Route, Configure, AskStatus, Probe),
)
REPLIES: tuple[type[Message], ...] = (
    *(Written, ReadResult, Contents, Appended, Status, Stopping, LeaseGranted, Route, Probed, Failed),
)

_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(
    Write | Written | Read | ReadResult | ReadContents | Contents | Append | Appended | Heartbeat | Status
    | Fence | Promote | StepDown | ShutDown | Stopping | RenewLease | LeaseGranted | AskRoute | Route
    | Configure | AskStatus | Probe | Probed | Failed
)  # fmt: skip


def kind_of(message: Message | type[Message]) -> str:
    """The tag of a message on the wire, for instance `read-contents`."""
    return str(message.__struct_config__.tag)


def encode(message: Message) -> bytes:
    """The message as JSON."""
    return _encoder.encode(message)


def decode(data: bytes) -> Message:
    """The message in `data`. Raises `LabError` bad-request that says what was expected where."""
    try:
        message: Message = _decoder.decode(data)
    except (msgspec.ValidationError, msgspec.DecodeError, RecursionError) as error:
        raise LabError("bad-request", f"{error}; see services/messages.py") from error
    return message


def failed(error: LabError) -> Failed:
    """The error as it travels."""
    return Failed(error=error.kind.code, message=error.text, definite=error.definite, leader=error.leader)


def result(reply: Message) -> Message:
    """The reply itself; raises the `LabError` that it carries if it is a failure."""
    if isinstance(reply, Failed):
        raise LabError(reply.error, reply.message, leader=reply.leader)
    return reply
