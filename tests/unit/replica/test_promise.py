"""What a replica has promised is on its disk before it goes by it, whatever fails meanwhile."""

from pathlib import Path

import pytest

from services.adapters.disk import FileDisk
from services.errors import LabError
from services.messages import START, Entry, Position
from services.messages.records import Commit, Delete
from services.single_leader.storage import Storage

IMPOSSIBLE = [
    Entry(Position(2, 1), record=Delete("accounts", {"name": "nobody"})),
    Entry(Position(2, 2), record=Commit(1)),
]


def test_a_batch_that_fails_leaves_no_promise_that_a_crash_would_forget(tmp_path: Path) -> None:
    """Else the next promise of that epoch passes for made, and an older leader is believed later."""
    storage = Storage(FileDisk(tmp_path).connect)
    with pytest.raises(LabError, match="copies-differ"):
        storage.accept(2, START, IMPOSSIBLE, lambda *_: None, fenced=True)
    assert storage.epoch == 0
    storage.promise(2)
    storage.close()
    assert Storage(FileDisk(tmp_path).connect).epoch == 2
