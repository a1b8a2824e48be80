"""The logical log for consumers outside: acknowledged entries, from a place that this log has.

Not every rule makes acknowledged entries last: what only an old leader had may be gone after a failover. So
the leader checks a consumer's place against its log like a follower's, by epoch and sequence (Raft's log
matching). Where they part, it tells the consumer how far back to look. A place before the log's beginning can
be trusted if its epoch is that of the oldest entry; of older epochs nobody can tell.
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
            text = f"{node} leads in epoch {leader.epoch}, and {after} was written by a newer leader"
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

    `nearest` is the log's newest entry that is not newer than `after`, `first` its oldest entry. Raises
    `LabError` log-gone when the entries that would tell were trimmed, or with `needs_next` those that follow.
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
