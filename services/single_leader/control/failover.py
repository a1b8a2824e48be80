"""Failover as a decision: what the controller sees, and what follows from it. No clocks, no calls.

It is safe because of the order of its steps:

1. *Detect*: the leader has been silent for the detection timeout, or it is a follower (it came back as one,
   or has handed over).
2. *Fence*: every replica promises a new epoch and from then on refuses an old leader. Only a position
   reported after the promise counts, because after it nothing can be added unnoticed.
3. *Wait* until the old leader certainly no longer acts: it has promised the new epoch itself or has handed
   over, or its lease is over, or its power is off. A node that can still promise is not shut down.
4. *Choose* the newest log among the replicas that promised, once so many have promised that one of them
   must have every acknowledged write.
5. *Promote* that replica, and tell the gateways. If it does not answer, it may lead all the same: its answer
   may only be late. So no other node is asked in that epoch; the failover begins again in a newer one.

A promotion by hand and a planned hand-over take the same steps, except detection, and are as safe. The
replica that the operator or the old leader named is preferred unless another log is newer.
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
    """Shut down the old leader: tell its power switch, over the out-of-band link."""

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
    """`node` leads in `epoch`: the failover is done."""

    node: str
    epoch: int


Action: TypeAlias = Begin | Fence | ShutDown | Promote | Confirm


def plan(view: View, settings: SingleLeaderSettings, now: float) -> list[Action]:
    """What to do now; empty when all is well or there is nothing to do but wait."""
    if settings.coordination == "election":
        return []
    if view.attempt is None:
        if view.order:
            return [Begin(_next_epoch(view), view.order.reason, view.order.node)]
        if view.successor:
            reason = f"{view.leader} hands over to {view.successor}"
            return [Begin(_next_epoch(view), reason, view.successor)]
        if view.asked:  # but none was confirmed: the controller crashed in between
            return [Begin(_next_epoch(view), f"nobody knows whether {_names(view.asked)} leads")]
        reason = _why_fail_over(view, settings, now)
        return [Begin(_next_epoch(view), reason)] if reason else []
    return _go_on(view, view.attempt, settings, now)


def patience_s(view: View, settings: SingleLeaderSettings, now: float) -> float:
    """How long to wait for news before the next look: at most until a silence becomes too long.

    During a failover it looks more often, because leases run out and silent nodes are asked again.
    """
    soon_s = glance_s(settings)
    if view.attempt:
        return soon_s
    return max(soon_s, heard_at(view) + settings.detection_timeout_ms / 1000 - now)


def glance_s(settings: SingleLeaderSettings) -> float:
    """The time between two looks during a failover."""
    return settings.heartbeat_ms / 4000


def newest(positions: Mapping[str, Position]) -> str:
    """The node with the newest log; among equals, the first by name."""
    return min(positions, key=lambda node: (-positions[node].epoch, -positions[node].sequence, node))


def chosen(positions: Mapping[str, Position], preferred: str | None) -> str:
    """The node to promote: the `preferred` one, unless another log is newer."""
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
    silent_s = now - heard_at(view)
    if silent_s > timeout_s:
        return f"{view.leader} silent {silent_s:.1f} s"
    if seen and seen.role != "leader" and seen.asked_at > view.appointed_at:
        return f"{view.leader} came back as a follower"
    return ""


def heard_at(view: View) -> float:
    """When the leader last answered, or else when the controller began to listen."""
    seen = view.seen.get(view.leader) if view.leader else None
    return seen.at if seen else view.started_at


def _go_on(view: View, attempt: Attempt, settings: SingleLeaderSettings, now: float) -> list[Action]:
    leading = [n for n, seen in view.seen.items() if seen.role == "leader" and seen.epoch == attempt.epoch]
    if leading:
        return [Confirm(leading[0], attempt.epoch)]
    if _overtaken(view, attempt):
        return [Begin(_next_epoch(view), "a replica knows a newer epoch")]
    if not old_leader_is_over(view, attempt, settings, now):
        stops = [ShutDown(node, attempt.reason) for node in _to_be_shot(view, attempt, settings, now)]
        return [*stops, *_fences(view, attempt, settings, now)]
    if ready := candidates(view, attempt, settings, now):
        return [_promotion(view, attempt, chosen(ready, attempt.preferred))]
    return _fences(view, attempt, settings, now)


def _promotion(view: View, attempt: Attempt, node: str) -> Action:
    asked = attempt.asked or node
    if asked == node:
        return Promote(node, attempt.epoch, attempt.reason)
    reason = f"{asked} was asked to lead in epoch {attempt.epoch} and may, so {node} needs another"
    return Begin(_next_epoch(view), reason, attempt.preferred)


def may_lead(view: View, attempt: Attempt) -> set[str]:
    """The nodes that may lead in an older epoch: not those that promised this one or have handed over."""
    old_leader = {view.leader} if view.leader and not view.successor else set()
    return (old_leader | view.asked) - attempt.promised.keys()


def _to_be_shot(view: View, attempt: Attempt, settings: SingleLeaderSettings, now: float) -> list[str]:
    """The nodes to shut down: they may lead and have not promised. Reachable ones get time to promise."""
    if not settings.stonith:
        return []
    in_time = now - attempt.began_at <= settings.detection_timeout_ms / 1000
    may_promise = reachable(view, attempt, settings, now) - attempt.refused if in_time else set()
    return sorted(may_lead(view, attempt) - attempt.stopped.keys() - may_promise)


def _fences(view: View, attempt: Attempt, settings: SingleLeaderSettings, now: float) -> list[Action]:
    missing = reachable(view, attempt, settings, now) - attempt.promised.keys()
    return [Fence(node, attempt.epoch) for node in sorted(missing)]


def reachable(view: View, attempt: Attempt, settings: SingleLeaderSettings, now: float) -> set[str]:
    """The nodes that answered lately and have not been shut down since."""
    timeout_s, shot_at = settings.detection_timeout_ms / 1000, attempt.stopped
    return {
        node
        for node, seen in view.seen.items()
        if now - seen.at <= timeout_s and seen.asked_at >= shot_at.get(node, seen.asked_at)
    }


def old_leader_is_over(view: View, attempt: Attempt, settings: SingleLeaderSettings, now: float) -> bool:
    """Has whoever may have led before stopped, as far as the settings make sure of that?"""
    leading = may_lead(view, attempt)
    if settings.stonith and not leading <= attempt.stopped.keys():
        return False
    # a node that was only asked has no lease yet
    return not settings.lease or view.leader not in leading or now > view.lease_until


def candidates(
    view: View, attempt: Attempt, settings: SingleLeaderSettings, now: float
) -> Mapping[str, Position]:
    """The candidates: empty until all reachable nodes have promised, and these are enough.

    A node that refuses, for example because its disk is full, is not waited for.
    """
    there = reachable(view, attempt, settings, now) - (attempt.refused - attempt.promised.keys())
    promised = {node: attempt.promised[node] for node in sorted(there & attempt.promised.keys())}
    named = len(settings.synchronous)
    enough = len(promised) >= enough_promises(settings.replication, len(view.replicas), named)
    return promised if enough and len(promised) == len(there) else {}


def _overtaken(view: View, attempt: Attempt) -> bool:
    return any(seen.epoch > attempt.epoch for seen in view.seen.values())


def _next_epoch(view: View) -> int:
    tried = view.attempt.epoch if view.attempt else 0
    return max(view.epoch, tried, *(seen.epoch for seen in view.seen.values())) + 1
