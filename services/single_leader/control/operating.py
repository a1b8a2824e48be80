"""What an operator may order, as plain decisions on what the controller sees.

A refusal comes before anything has happened, and says what would be right.
"""

from services.errors import LabError
from services.messages import Position
from services.settings.single_leader import SingleLeaderSettings
from services.single_leader.control.view import Seen, View


def check_appointment(view: View, settings: SingleLeaderSettings, node: str, now: float) -> None:
    """Raise `LabError` bad-order unless `node` may be made the leader by hand."""
    _must_be_quiet(view)
    _must_be_alive(view, settings, node, now)
    leader = view.seen.get(view.leader or "")
    if leader and leader.role == "leader" and _alive(leader, settings, now):
        instead = "" if node == view.leader else f"; to let {node} lead, order a hand-over instead"
        raise LabError("bad-order", f"{view.leader} leads and answers{instead}", leader=view.leader)
    newer = {
        other: seen.position
        for other, seen in view.seen.items()
        if other != view.leader and _alive(seen, settings, now) and seen.position > _position(view, node)
    }
    if newer:
        better = max(newer, key=lambda other: newer[other])
        raise LabError(
            "bad-order",
            f"{node} stands at {_position(view, node)} and {better} at {newer[better]}: with {node} "
            f"acknowledged writes may be lost; promote {better}",
        )


def successor(view: View, settings: SingleLeaderSettings, wanted: str | None, now: float) -> str | None:
    """Who is to lead after a hand-over; None lets the leader choose. Raises `LabError` bad-order."""
    _must_be_quiet(view)
    if view.leader is None:
        raise LabError(
            "bad-order", "nobody leads, so there is nothing to hand over; order a promotion instead"
        )
    if wanted is None:
        return None
    if wanted == view.leader:
        raise LabError("bad-order", f"{wanted} leads already", leader=wanted)
    _must_be_alive(view, settings, wanted, now)
    return wanted


def _must_be_quiet(view: View) -> None:
    if view.order or view.attempt:
        raise LabError("bad-order", "a failover is under way; `./lab status` shows when it is over")


def _must_be_alive(view: View, settings: SingleLeaderSettings, node: str, now: float) -> None:
    if node not in view.replicas:
        raise LabError("bad-order", f"there is no replica {node!r}; there are: {', '.join(view.replicas)}")
    seen = view.seen.get(node)
    if seen is None or not _alive(seen, settings, now):
        raise LabError("bad-order", f"the controller does not hear from {node}, so it cannot lead")


def _alive(seen: Seen, settings: SingleLeaderSettings, now: float) -> bool:
    return now - seen.at <= settings.detection_timeout_ms / 1000


def _position(view: View, node: str) -> Position:
    return view.seen[node].position
