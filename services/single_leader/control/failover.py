"""Failover as a decision: what the controller sees, and what follows from it. No clocks, no calls.

The order of the steps is the whole safety of it:

1. *Detect*: the leader has been silent for the detection timeout (or is a follower: it came back as one, or
   it has handed over).
2. *Fence*: every replica promises a new epoch; what an old leader sends after that is refused. Only
   a position reported after the promise counts, for nothing can be added behind the controller's back.
3. *Wait* until the old leader certainly no longer acts: it promised the new epoch itself, or handed over
   before; else its lease is over, or its power is off. Nobody is shot who can still be asked to promise.
4. *Choose* the newest log among those that promised, once enough have promised that every
   acknowledged write must be in one of them.
5. *Promote*, and tell the gateways. Who was asked and did not answer may lead all the same, for only the
   answer may be late. So nobody else is asked in that epoch: it begins again, in a newer one.

A promotion by hand and a planned hand-over go the same way and are as safe; they only need no detection.
Whom the operator or the old leader named is preferred, as long as no log is newer.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from services.messages import Position
from services.settings.single_leader import SingleLeaderSettings
from services.single_leader.acknowledgement import enough_promises
from services.single_leader.control.view import Attempt, View


@dataclass(frozen=True)
class Begin:
    """Start a failover to a new epoch."""

    epoch: int
    reason: str
    preferred: str | None = None


@dataclass(frozen=True)
class Fence:
    """Ask `node` to promise `epoch`."""

    node: str
    epoch: int


@dataclass(frozen=True)
class ShutDown:
    """Shoot the old leader: its power switch is told to, over the out-of-band link."""

    node: str
    reason: str


@dataclass(frozen=True)
class Promote:
    """Make `node` the leader of `epoch`."""

    node: str
    epoch: int
    reason: str


@dataclass(frozen=True)
class Confirm:
    """`node` was seen to lead in `epoch`: the failover is done."""

    node: str
    epoch: int


Action: TypeAlias = Begin | Fence | ShutDown | Promote | Confirm


def plan(view: View, settings: SingleLeaderSettings, now: float) -> list[Action]:
    """What to do now; empty when all is well or when there is only waiting left."""
    if settings.coordination == "election":
        return []
    if view.attempt is None:
        if view.order:
            return [Begin(_next_epoch(view), view.order.reason, view.order.node)]
        if view.successor:
            reason = f"{view.leader} hands over to {view.successor}"
            return [Begin(_next_epoch(view), reason, view.successor)]
        if view.asked:  # and nobody was confirmed: the controller ended in the middle of it
            return [Begin(_next_epoch(view), f"nobody knows whether {_names(view.asked)} leads")]
        reason = _why_fail_over(view, settings, now)
        return [Begin(_next_epoch(view), reason)] if reason else []
    return _go_on(view, view.attempt, settings, now)


def patience_s(view: View, settings: SingleLeaderSettings, now: float) -> float:
    """For how long nothing is to be done unless something is heard: at most until silence is too long.

    A failover under way is looked at more often, for leases run out and who was silent is asked again.
    """
    soon_s = glance_s(settings)
    if view.attempt:
        return soon_s
    return max(soon_s, _heard_at(view) + settings.detection_timeout_ms / 1000 - now)


def glance_s(settings: SingleLeaderSettings) -> float:
    """The time between two looks at a failover under way."""
    return settings.heartbeat_ms / 4000


def newest(positions: Mapping[str, Position]) -> str:
    """The node with the newest log; of equals the first by name."""
    return min(positions, key=lambda node: (-positions[node].epoch, -positions[node].sequence, node))


def chosen(positions: Mapping[str, Position], preferred: str | None) -> str:
    """The node to be promoted: whom an operator prefers, unless another log is newer."""
    best = newest(positions)
    return preferred if preferred and positions.get(preferred) == positions[best] else best


def _names(nodes: Iterable[str]) -> str:
    return " or ".join(sorted(nodes))


def _why_fail_over(view: View, settings: SingleLeaderSettings, now: float) -> str:
    timeout_s = settings.detection_timeout_ms / 1000
    if view.leader is None:
        everybody = len(view.seen) == len(view.replicas)
        return "the cluster has no leader yet" if everybody or now - view.started_at > timeout_s else ""
    if settings.coordination == "manual":
        return ""
    seen = view.seen.get(view.leader)
    silent_s = now - _heard_at(view)
    if silent_s > timeout_s:
        return f"{view.leader} silent {silent_s:.1f} s"
    if seen and seen.role != "leader" and seen.asked_at > view.appointed_at:
        return f"{view.leader} came back as a follower"
    return ""


def _heard_at(view: View) -> float:
    """When the leader answered last, or when somebody began to listen."""
    seen = view.seen.get(view.leader) if view.leader else None
    return seen.at if seen else view.started_at


def _go_on(view: View, attempt: Attempt, settings: SingleLeaderSettings, now: float) -> list[Action]:
    leading = [n for n, seen in view.seen.items() if seen.role == "leader" and seen.epoch == attempt.epoch]
    if leading:
        return [Confirm(leading[0], attempt.epoch)]
    if _overtaken(view, attempt):
        return [Begin(_next_epoch(view), "a replica knows a newer epoch")]
    if not _old_leader_is_over(view, attempt, settings, now):
        stops = [ShutDown(node, attempt.reason) for node in _to_be_shot(view, attempt, settings, now)]
        return [*stops, *_fences(view, attempt, settings, now)]
    if candidates := _candidates(view, attempt, settings, now):
        return [_promotion(view, attempt, chosen(candidates, attempt.preferred))]
    return _fences(view, attempt, settings, now)


def _promotion(view: View, attempt: Attempt, node: str) -> Action:
    asked = attempt.asked or node
    if asked == node:
        return Promote(node, attempt.epoch, attempt.reason)
    reason = f"{asked} was asked to lead in epoch {attempt.epoch} and may, so {node} needs another"
    return Begin(_next_epoch(view), reason, attempt.preferred)


def _may_lead(view: View, attempt: Attempt) -> set[str]:
    """In an older epoch than that of the attempt; who promises that one has stopped, and who handed over."""
    old_leader = {view.leader} if view.leader and not view.successor else set()
    return (old_leader | view.asked) - attempt.promised.keys()


def _to_be_shot(view: View, attempt: Attempt, settings: SingleLeaderSettings, now: float) -> list[str]:
    """Who may lead, and does not promise to lead no more; who can be reached is given the time to do so."""
    if not settings.stonith:
        return []
    in_time = now - attempt.began_at <= settings.detection_timeout_ms / 1000
    may_promise = _reachable(view, attempt, settings, now) - attempt.refused if in_time else set()
    return sorted(_may_lead(view, attempt) - attempt.stopped.keys() - may_promise)


def _fences(view: View, attempt: Attempt, settings: SingleLeaderSettings, now: float) -> list[Action]:
    missing = _reachable(view, attempt, settings, now) - attempt.promised.keys()
    return [Fence(node, attempt.epoch) for node in sorted(missing)]


def _reachable(view: View, attempt: Attempt, settings: SingleLeaderSettings, now: float) -> set[str]:
    """Who answered lately, and was not shut down since."""
    timeout_s, shot_at = settings.detection_timeout_ms / 1000, attempt.stopped
    return {
        node
        for node, seen in view.seen.items()
        if now - seen.at <= timeout_s and seen.asked_at >= shot_at.get(node, seen.asked_at)
    }


def _old_leader_is_over(view: View, attempt: Attempt, settings: SingleLeaderSettings, now: float) -> bool:
    leading = _may_lead(view, attempt)
    if settings.stonith and not leading <= attempt.stopped.keys():
        return False
    # who was only asked has no lease yet
    return not settings.lease or view.leader not in leading or now > view.lease_until


def _candidates(
    view: View, attempt: Attempt, settings: SingleLeaderSettings, now: float
) -> Mapping[str, Position]:
    """Who may be chosen from: empty until all who can be reached have promised, and these are enough.

    Who refuses, as with a full disk, is not waited for.
    """
    reachable = _reachable(view, attempt, settings, now) - (attempt.refused - attempt.promised.keys())
    promised = {node: attempt.promised[node] for node in sorted(reachable & attempt.promised.keys())}
    named = len(settings.synchronous)
    enough = len(promised) >= enough_promises(settings.replication, len(view.replicas), named)
    return promised if enough and len(promised) == len(reachable) else {}


def _overtaken(view: View, attempt: Attempt) -> bool:
    return any(seen.epoch > attempt.epoch for seen in view.seen.values())


def _next_epoch(view: View) -> int:
    tried = view.attempt.epoch if view.attempt else 0
    return max(view.epoch, tried, *(seen.epoch for seen in view.seen.values())) + 1
