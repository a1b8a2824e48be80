"""What the controller sees and has begun, as plain records, and how what it hears changes them."""

from collections.abc import Mapping
from dataclasses import dataclass

from msgspec import Struct
from msgspec.structs import replace

from services.messages import START, Position
from services.messages.single_leader import Pulse


class Seen(Struct, frozen=True):
    """The last answer of a replica, when it came, and when it was asked for (monotonic seconds)."""

    at: float
    asked_at: float = 0.0
    role: str = "follower"
    epoch: int = 0
    position: Position = START
    hands_over_to: str | None = None  # it led in `epoch` and has given that up


class Attempt(Struct, frozen=True):
    """A failover under way, to `epoch`."""

    epoch: int
    reason: str
    preferred: str | None = None  # by an operator, or by the leader that hands over
    began_at: float = 0.0
    promised: Mapping[str, Position] = {}
    refused: frozenset[str] = frozenset()  # to promise, for example with a full disk
    asked: str | None = None  # to lead in this epoch; at most one node in each epoch
    stopped: Mapping[str, float] = {}  # by node, when its power switch confirmed it


@dataclass(frozen=True)
class Order:
    """An operator wants `node` to lead."""

    node: str
    reason: str


class View(Struct, frozen=True):
    """Everything that a decision rests on."""

    replicas: tuple[str, ...]
    started_at: float
    epoch: int = 0
    leader: str | None = None
    appointed_at: float = 0.0
    seen: Mapping[str, Seen] = {}
    lease_until: float = 0.0  # no leader can hold a lease beyond this moment
    asked: frozenset[str] = frozenset()  # to lead, since `leader` was appointed: each of them may
    order: Order | None = None  # not begun yet
    attempt: Attempt | None = None

    @property
    def successor(self) -> str | None:
        """The node to which the leader has handed over, if any: that leader certainly leads no more."""
        seen = self.seen.get(self.leader or "")
        gave_up = seen and seen.role != "leader" and seen.epoch == self.epoch
        return seen.hands_over_to if seen and gave_up else None


def heard(view: View, status: Pulse, asked_at: float, now: float) -> View:
    """The view with an answer to a question of `asked_at`; an older answer says nothing new."""
    before = view.seen.get(status.node)
    if before and asked_at < before.asked_at:
        return view
    seen = Seen(now, asked_at, status.role, status.epoch, status.position, status.hands_over_to)
    return replace(view, seen={**view.seen, status.node: seen})


def promised(view: View, attempt: Attempt, node: str, position: Position) -> View:
    """The view once `node` has promised the attempt's epoch; its log ends at `position`."""
    return replace(view, attempt=replace(attempt, promised={**attempt.promised, node: position}))


def refused(view: View, attempt: Attempt, node: str) -> View:
    """The view once `node` has answered but refused to promise."""
    return replace(view, attempt=replace(attempt, refused=attempt.refused | {node}))


def stopped(view: View, attempt: Attempt, node: str, now: float) -> View:
    """The view once the power of `node` is off; until it restarts, `node` can do nothing."""
    return replace(view, attempt=replace(attempt, stopped={**attempt.stopped, node: now}))
