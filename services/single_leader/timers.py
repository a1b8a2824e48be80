"""How much is left of the timers that decide who leads, for people who watch.

In a few steps, on purpose: a timer renewed in good time always shows the highest, so a status changes only
when something is amiss.
"""

from services.settings.single_leader import SingleLeaderSettings
from services.single_leader.control.view import Seen, View
from services.single_leader.election.rules import loyal_s
from services.single_leader.standing import Standing

STEPS = (0.6, 0.45, 0.3, 0.0)  # with more than this share left: 4, 3, 2 or 1


def step(share: float) -> int:
    """From 4, as it should be, down to 0, over; `share` is what is left of the whole."""
    return next((4 - number for number, step in enumerate(STEPS) if share > step), 0)


def timers(standing: Standing) -> dict[str, int]:
    """What is left of a leader's lease, or of the time before a follower stands for election."""
    leader = standing.leader
    if leader:
        return {"lease": step(leader.lease.left)} if leader.lease.wanted else {}
    if not standing.elects.is_set():
        return {}
    silent_s = standing.env.clock.monotonic() - standing.heard_at
    return {"detection": step(1 - silent_s / loyal_s(standing.cluster))}


def watches(view: View, settings: SingleLeaderSettings, now_s: float) -> dict[str, int]:
    """The time left until the controller takes each replica for dead; `now_s` is its monotonic clock."""
    if not settings.watched:
        return {}
    first, timeout_s = Seen(at=view.started_at), settings.detection_timeout_ms / 1000
    heard_s = {node: view.seen.get(node, first).at for node in view.replicas}
    return {node: step(1 - (now_s - at_s) / timeout_s) for node, at_s in heard_s.items()}
