"""Who leads: heartbeats, fences, promotions, leases, routes; and the operator's orders."""

from typing import Annotated, Literal

import msgspec

from services.config import ClusterSettings
from services.messages.message import Message
from services.messages.values import Count, Lag, Name, Position, Role


class Heartbeat(Message, frozen=True, kw_only=True):
    """Controller to replica: `leader` leads in `epoch`. Are you there, and how far are you?"""

    epoch: Count
    leader: Name | None
    members: tuple[Name, ...] = ()  # the replicas that the controller counts


class Status(Message, frozen=True, kw_only=True):
    """What a node says of itself. `lag_s` is how far behind the leader a follower may be, at most.

    `leader` and `epoch` of a gateway are those of the first partition; `leads` has the leader of each that
    it knows of, with its epoch.
    """

    node: Name
    role: Role
    epoch: Count
    position: Position
    acknowledged: Count = 0
    leader: Name | None = None
    lag_s: float | None = None
    settings: ClusterSettings | None = None
    followers: dict[str, Position] = msgspec.field(default_factory=dict)
    lags: dict[str, Lag] = msgspec.field(default_factory=dict)  # of a leader: how far behind each is
    caught_up: tuple[str, ...] = ()  # of a leader: whose confirmations count, or may from now on
    leads: dict[str, int] = msgspec.field(default_factory=dict)
    hands_over_to: Name | None = None  # of who led in this epoch and gave that up: who has the whole log


class Fence(Message, frozen=True, kw_only=True):
    """Controller to replica: promise never again to accept anything older than `epoch`."""

    epoch: Count


class Promote(Message, frozen=True, kw_only=True):
    """Controller to replica: lead, in `epoch`."""

    epoch: Count
    reason: str
    members: tuple[Name, ...] = ()


class StepDown(Message, frozen=True, kw_only=True):
    """Operator to leader: stop leading."""

    reason: str


class PowerOff(Message, frozen=True, kw_only=True):
    """Controller to a power switch, over the out-of-band link: shoot the other node in the head."""

    by: Name
    reason: str


class PoweredOff(Message, frozen=True, kw_only=True):
    """The switch of `node`: no process that ran there when you asked will ever act again."""

    node: Name
    was_running: bool


class RenewLease(Message, frozen=True, kw_only=True):
    """Leader to controller: let me lead for another while."""

    node: Name
    epoch: Count


class LeaseGranted(Message, frozen=True, kw_only=True):
    """Lead for `lease_s` more seconds, counted from the moment you asked."""

    lease_s: float


class AskRoute(Message, frozen=True, kw_only=True):
    """Gateway to controller: who leads?"""


class Route(Message, frozen=True, kw_only=True):
    """Controller to gateway: `leader` leads in `epoch`; `members` are the replicas that count, if known."""

    epoch: Count
    leader: Name | None
    members: tuple[Name, ...] = ()


class Configure(Message, frozen=True, kw_only=True):
    """Operator to any node: take these settings; with `reset`, begin again with empty data."""

    settings: ClusterSettings
    reset: bool = False


class AskStatus(Message, frozen=True, kw_only=True):
    """Anybody to any node: who are you at the moment?"""


class Probe(Message, frozen=True, kw_only=True):
    """Operator to any node: send `to` a harmless request over your own link; what came back?"""

    to: Name
    timeout_s: Annotated[float, msgspec.Meta(gt=0, le=600)]


class Probed(Message, frozen=True, kw_only=True):
    """`passed`, `no-answer` (a black hole) or `refused` (closed or reset)."""

    outcome: Literal["passed", "no-answer", "refused"]
    elapsed_s: float
