"""The newest part of the log: whoever asks gets what follows, in order, wherever it is kept."""

from typing import cast

import pytest

from services.messages import Entry, Operation, Position
from services.single_leader.storage import Storage
from services.single_leader.tail import Tail

LAST, KEPT = 20, 8


class Stored:
    """A log of its own, which says that it was read."""

    def __init__(self, entries: list[Entry]) -> None:
        self._entries, self.reads = entries, 0

    def entries_after(self, sequence: int, limit: int) -> list[Entry]:
        self.reads += 1
        return self._entries[sequence : sequence + limit]


@pytest.mark.parametrize("limit", [1, 3, KEPT, 2 * LAST])
@pytest.mark.parametrize("sequence", range(LAST + 3))
def test_what_follows_is_found(sequence: int, limit: int) -> None:
    entries = [Entry(Position(1, number), Operation("put", "x", number)) for number in range(1, LAST + 1)]
    stored = Stored(entries)
    tail = Tail(cast(Storage, stored), KEPT)
    tail.extend(entries)
    assert tail.after(sequence, limit) == entries[sequence : sequence + limit]
    assert stored.reads == (sequence < LAST - KEPT)
