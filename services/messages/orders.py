"""Who leads: heartbeats, fences, promotions, leases, routes; and the operator's orders."""

from typing import Literal

import msgspec

from services.config import ClusterSettings
from services.messages.message import Message
from services.messages.values import Lag, Position, Role


class Heartbeat(Message, frozen=True, kw_only=True):
    """Controller to replica: `leader` leads in `epoch`. Are you there, and how far are you?"""

    epoch: int
    leader: str | None
    members: tuple[str, ...] = ()  # the replicas that the controller counts


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
    followers: dict[str, Position] = msgspec.field(default_factory=dict)
    lags: dict[str, Lag] = msgspec.field(default_factory=dict)  # of a leader: how far behind each is
    caught_up: tuple[str, ...] = ()  # of a leader: whose confirmations count, or may from now on


class Fence(Message, frozen=True, kw_only=True):
    """Controller to replica: promise never again to accept anything older than `epoch`."""

    epoch: int


class Promote(Message, frozen=True, kw_only=True):
    """Controller to replica: lead, in `epoch`."""

    epoch: int
    reason: str
    members: tuple[str, ...] = ()


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
    """Controller to gateway: `leader` leads in `epoch`; `members` are the replicas that count, if known."""

    epoch: int
    leader: str | None
    members: tuple[str, ...] = ()


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
