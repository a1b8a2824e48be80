"""The logical log for consumers outside: what is acknowledged, from a place that this log has.

Acknowledged is not for ever under every rule: what only an old leader had may be gone after a failover. So
a consumer's place is held against the log as a follower's is (Raft's log matching), epoch and sequence, and
where they part the consumer is told how far back to look. A place before the log's beginning can be trusted
as long as its epoch had not ended there; of older epochs nobody can tell.
"""

from services.errors import LabError
from services.messages import START, Position
from services.messages.single_leader.feed import MOST_ENTRIES, LogPage, ReadLog
from services.single_leader.duty import Answers
from services.single_leader.standing import Standing
from services.store.reach import reach


class Feed:
    """See `Duty`."""

    def __init__(self, standing: Standing) -> None:
        self._standing = standing

    def answers(self) -> Answers:
        """See `Duty`."""
        return {ReadLog: self._read_log}

    async def _read_log(self, message: ReadLog) -> LogPage:
        standing, leader = self._standing, self._standing.must_lead()
        node = standing.env.node
        await leader.lease.assured()
        if standing.leader is not leader:
            raise LabError("not-leader", f"{node} does not lead any more", leader=standing.known_leader)
        storage, after, end = standing.storage, message.after, leader.acknowledged
        if message.by_number:
            after = storage.newest_up_to(Position(leader.epoch, after.sequence))
        if after.epoch > leader.epoch:
            text = f"{node} leads in epoch {leader.epoch}, and {after} was written by somebody newer"
            raise LabError("stale-epoch", text)
        with storage.snapshot():
            acknowledged = storage.newest_up_to(Position(leader.epoch, end))
            nearest, first = storage.newest_up_to(after), reach(storage.reader).first
            parted = parting(after, nearest, first, needs_next=message.limit > 0)
            limit = max(0, min(message.limit, MOST_ENTRIES, end - message.after.sequence))
            entries = storage.entries_after(message.after.sequence, limit) if limit and parted is None else []
        return LogPage(
            node=node, epoch=leader.epoch, entries=entries, acknowledged=acknowledged, parted=parted
        )


def parting(after: Position, nearest: Position, first: Position, needs_next: bool) -> Position | None:
    """Where a consumer that stands at `after` must look next; None when the log goes on from there.

    `nearest` is the log's newest entry that is not newer, `first` its oldest one. Raises `LabError` log-gone
    when what would tell was trimmed, or what follows, if that is needed.
    """
    if after.sequence < first.sequence:
        same = after == START or after.epoch == first.epoch
        if same and (not needs_next or after.sequence + 1 == first.sequence):
            return None
    elif nearest == after:
        return None
    elif nearest != START or first.sequence <= 1:
        return nearest
    raise LabError("log-gone", f"the log begins at {first}, and what it was like at {after} was trimmed")
