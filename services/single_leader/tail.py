"""The newest part of a leader's log, kept in memory so that shipping it does not read the disk."""

from collections import deque
from collections.abc import Iterable
from itertools import islice

from services.messages import Entry
from services.single_leader.storage import Storage

MOST_ENTRIES = 4096


class Tail:
    """Entries by sequence number; older ones come from the storage.

    It holds at most `kept` entries, so that it never reaches further back than the storage.
    """

    def __init__(self, storage: Storage, kept: int) -> None:
        self._storage = storage
        self.most = min(MOST_ENTRIES, kept)
        self._entries: deque[Entry] = deque(maxlen=self.most)

    def extend(self, entries: Iterable[Entry]) -> None:
        """Add entries that were just committed, in order."""
        self._entries.extend(entries)

    def after(self, sequence: int, limit: int) -> list[Entry]:
        """At most `limit` entries that follow `sequence`, in order."""
        if not self._entries or self._entries[0].position.sequence > sequence + 1:
            return self._storage.entries_after(sequence, limit)
        start = sequence + 1 - self._entries[0].position.sequence
        lacking = max(0, len(self._entries) - start)
        if lacking > limit:
            return list(islice(self._entries, start, start + limit))
        newest = list(islice(reversed(self._entries), lacking))  # nearly always what is wanted: the end
        newest.reverse()
        return newest
