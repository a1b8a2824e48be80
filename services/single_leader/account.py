"""What a replica reports: a short pulse to the leader or controller, a full status to people and the lab."""

from services.messages import Status
from services.messages.single_leader import LeadStatus, Pulse
from services.single_leader.standing import Standing
from services.single_leader.timers import timers


def pulse(standing: Standing) -> Pulse:
    """What the controller must hear regularly."""
    leader = standing.leader
    return Pulse(
        node=standing.env.node,
        role=standing.role,
        epoch=standing.epoch,
        position=standing.storage.last,
        caught_up=leader.caught_up() if leader else (),
        hands_over_to=standing.hold.successor,
    )


def status(standing: Standing) -> Status:
    """The full status of this replica."""
    leader, last, epoch = standing.leader, standing.storage.last, standing.epoch
    detail = LeadStatus(
        epoch=epoch,
        position=last,
        acknowledged=leader.acknowledged if leader else 0,
        leader=standing.known_leader,
        lag_s=0.0 if leader else standing.freshness.lag_s(standing.env.lease_clock.now_s()),
        followers=leader.progress() if leader else {},
        lags=leader.lags() if leader else {},
        caught_up=leader.caught_up() if leader else (),
        synchronous=leader.confirming.synchronous
        if leader and standing.cluster.replication == "semi-sync"
        else None,
        waits_for=leader.confirming.waits_for() if leader else (),
        held=leader.confirming.held if leader else 0,
        hands_over_to=standing.hold.successor,
        timers=timers(standing),
    )
    return Status(
        node=standing.env.node,
        role=standing.role,
        mark=str(last) if last.epoch == epoch else f"{last} in epoch {epoch}",
        owes=_owes(standing),
        settings=standing.cluster,
        detail=detail,
    )


def _owes(standing: Standing) -> int:
    """A leader owes what its followers lack and what is unacknowledged; a replica without a leader owes 1.

    What others have already, and its own disk still lacks, is unacknowledged too.
    """
    if leader := standing.leader:
        end = max(leader.end, standing.storage.last.sequence)
        lacking = sum(max(0, end - each.sequence) for each in leader.progress().values())
        return lacking + max(0, end - leader.acknowledged)
    return int(standing.known_leader in (None, standing.env.node))
