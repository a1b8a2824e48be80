"""The logical log for consumers outside: only what is acknowledged, so that they need never take it back."""

from services.errors import LabError
from services.messages import START
from services.messages.feed import LogPage, ReadLog
from services.replica.duties.duty import Answers
from services.replica.standing import Standing

MOST_ENTRIES = 1100  # so that the longest transaction comes as a whole


class Feed:
    """See `Duty`."""

    def __init__(self, standing: Standing) -> None:
        self._standing = standing

    def answers(self) -> Answers:
        """See `Duty`."""
        return {ReadLog: self._read_log}

    async def _read_log(self, message: ReadLog) -> LogPage:
        leader = self._standing.must_lead()
        await leader.lease.assured()
        end, storage = leader.acknowledged, self._standing.storage
        limit = max(0, min(message.limit, MOST_ENTRIES, end - message.sequence))
        entries = storage.entries_after(message.sequence, limit)
        if entries and entries[0].position.sequence != message.sequence + 1:
            text = f"the log begins at {entries[0].position}, what follows {message.sequence} was trimmed"
            raise LabError("bad-order", text)
        position = storage.position_at(end) or START
        return LogPage(node=self._standing.env.node, entries=entries, acknowledged=position)
