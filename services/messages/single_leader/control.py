"""Who leads: heartbeats, fences, promotions, leases, routes; and what a node knows about it."""

from typing import TYPE_CHECKING

import msgspec

from services.messages.detail import Detail, detail_of
from services.messages.message import Message
from services.messages.values import START, Count, Lag, Name, Position

if TYPE_CHECKING:
    from services.messages.nodes import Status


class LeadStatus(Detail, frozen=True, kw_only=True, tag="single-leader"):
    """Which node it takes for the leader, and how far it is. `lag_s`: how far behind a follower is at most.

    For a gateway, `leader` and `epoch` are those of the first partition; `leads` has each known partition's
    leader and epoch. `timers` says at which of four steps its own lease and detection timeout are;
    `watches`, the controller's detection timeout for each replica: 4 while all is well. If nobody leads,
    the controller says in `why_nobody` what it waits for, as far as it knows.
    """

    epoch: Count = 0
    position: Position = START
    acknowledged: Count = 0
    leader: Name | None = None
    lag_s: float | None = None
    followers: dict[str, Position] = msgspec.field(default_factory=dict)
    lags: dict[str, Lag] = msgspec.field(default_factory=dict)  # of a leader: how far behind each follower is
    caught_up: tuple[str, ...] = ()  # of a leader: followers whose confirmations count, or may from now on
    synchronous: Name | None = None  # of a leader: the one follower that `semi-sync` waits for
    waits_for: tuple[Name, ...] = ()  # of a leader: the followers that every acknowledgement needs
    held: Count = 0  # of a leader: what the rule now confirms; `acknowledged` never goes back
    leads: dict[str, int] = msgspec.field(default_factory=dict)
    hands_over_to: Name | None = None  # of a leader that gave up this epoch: who has its whole log
    timers: dict[str, Count] = msgspec.field(default_factory=dict)
    watches: dict[Name, Count] = msgspec.field(default_factory=dict)
    why_nobody: str = ""


class Pulse(Message, frozen=True, kw_only=True):
    """Replica to leader or controller: this is how far I am."""

    node: Name
    role: str
    epoch: Count
    position: Position
    caught_up: tuple[str, ...] = ()
    hands_over_to: Name | None = None


class Heartbeat(Message, frozen=True, kw_only=True):
    """Controller to replica: `leader` leads in `epoch`. Are you there, and how far are you?"""

    epoch: Count
    leader: Name | None
    members: tuple[Name, ...] = ()  # the replicas that the controller counts


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


class RenewLease(Message, frozen=True, kw_only=True):
    """Leader to controller: let me lead for a while longer."""

    node: Name
    epoch: Count


class LeaseGranted(Message, frozen=True, kw_only=True):
    """Lead for `lease_s` more seconds, counted from the moment you asked."""

    lease_s: float


class AskRoute(Message, frozen=True, kw_only=True):
    """Anybody to any node that may know: who leads?"""


class Route(Message, frozen=True, kw_only=True):
    """`leader` leads in `epoch`; `members` are the replicas that count, if known.

    If nobody leads now, whoever led last, `why_nobody` says what is waited for, if known.
    """

    epoch: Count
    leader: Name | None
    members: tuple[Name, ...] = ()
    why_nobody: str = ""


def lead(status: "Status") -> LeadStatus:
    """The detail of a node's status in this family; only defaults if it has none."""
    return detail_of(status.detail, LeadStatus)
