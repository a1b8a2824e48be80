"""What the controller says of itself and of the cluster: a full status, and a short answer to who leads."""

from services.messages import Status
from services.messages.single_leader import LeadStatus, Route
from services.settings.single_leader import SingleLeaderSettings
from services.single_leader.control.view import View
from services.single_leader.control.waiting import waits_for
from services.single_leader.timers import watches


def status(node: str, view: View, settings: SingleLeaderSettings, now: float) -> Status:
    """Who leads, in which epoch, as far as the controller knows."""
    leader = view.leader if view.attempt is None else None
    return Status(
        node=node,
        role="controller",
        owes=int(settings.watched and (leader is None or view.order is not None)),
        settings=settings,
        detail=LeadStatus(
            epoch=view.epoch,
            leader=leader,
            followers={node: seen.position for node, seen in view.seen.items()},
            watches=watches(view, settings, now),
            why_nobody=waits_for(view, settings, now),
        ),
    )


def route(view: View, settings: SingleLeaderSettings, now: float) -> Route:
    """For gateways and replicas."""
    why = waits_for(view, settings, now)
    return Route(epoch=view.epoch, leader=view.leader, members=view.replicas, why_nobody=why)
