"""Why nobody leads: what the controller waits for, in words. It says only what it knows.

The steps are those of `failover`, in the same order.
"""

from collections.abc import Iterable

from services.settings.single_leader import SingleLeaderSettings
from services.single_leader.acknowledgement import enough_promises
from services.single_leader.control import failover
from services.single_leader.control.view import Attempt, View

SILENT_HEARTBEATS = 3  # a leader from whom nothing was heard for longer may be gone


def waits_for(view: View, settings: SingleLeaderSettings, now: float) -> str:
    """What must happen before somebody leads; empty if somebody does, or if nothing is known."""
    if not settings.watched:
        return ""
    if view.attempt:
        return _in_failover(view, view.attempt, settings, now)
    if view.leader is None:
        missing = set(view.replicas) - view.seen.keys()
        return f"the controller has not heard from {_names(missing)} yet" if missing else ""
    return _before_failover(view, view.leader, settings, now)


def _before_failover(view: View, leader: str, settings: SingleLeaderSettings, now: float) -> str:
    seen, silent_s = view.seen.get(leader), now - failover.heard_at(view)
    silent = silent_s > SILENT_HEARTBEATS * settings.heartbeat_ms / 1000
    follows = seen is not None and seen.role != "leader" and seen.asked_at > view.appointed_at
    if not silent and not follows:
        return ""
    if settings.coordination == "manual":
        return "nobody is promoted until an operator orders it"
    if follows:
        return f"{leader} is a follower now, and a failover is about to begin"
    timeout_s = settings.detection_timeout_ms / 1000
    return f"{leader} has been silent for {silent_s:.1f} s, and is replaced after {timeout_s:g} s"


def _in_failover(view: View, attempt: Attempt, settings: SingleLeaderSettings, now: float) -> str:
    if not failover.old_leader_is_over(view, attempt, settings, now):
        return _old_leader(view, attempt, settings, now)
    if failover.candidates(view, attempt, settings, now):
        return f"{attempt.asked} was asked to lead and has not answered yet" if attempt.asked else ""
    return _promises(view, attempt, settings, now)


def _old_leader(view: View, attempt: Attempt, settings: SingleLeaderSettings, now: float) -> str:
    running = failover.may_lead(view, attempt) - attempt.stopped.keys()
    if settings.stonith and running:
        return f"no power switch has confirmed yet that {_names(running)} can do nothing any more"
    return f"the lease of {view.leader} must end first, in {max(0.0, view.lease_until - now):.1f} s at most"


def _promises(view: View, attempt: Attempt, settings: SingleLeaderSettings, now: float) -> str:
    """With fewer promises than needed, none of those that promise may have an acknowledged write."""
    promised = attempt.promised.keys()
    asked = failover.reachable(view, attempt, settings, now) - attempt.refused - promised
    if asked:
        return f"{_names(asked)} must promise epoch {attempt.epoch} first"
    needed = enough_promises(settings.replication, len(view.replicas), len(settings.synchronous))
    who = f"only {_names(promised)}" if promised else "no replica"
    return f"{needed} of {len(view.replicas)} replicas must promise epoch {attempt.epoch}, and {who} did"


def _names(nodes: Iterable[str]) -> str:
    return " and ".join(sorted(nodes))
