"""Mistakes in shipping pages; a sweep must find files that differ, though every row may be the same."""

from typing import Any
from unittest.mock import patch

from services.sql.pages import Change, Pages
from services.sql.working import Working
from tests.bugs.planted import Hunt, bug

FILES = Hunt("wal-shipping:same-format", "diverged-replicas")
# Without followers to wait for, a deposed leader has a tail that must go.
TAILS = Hunt("wal-shipping:same-format", "diverged-replicas", settings=(("replication", "async"),))


@bug(FILES)
def frames_are_stored_and_not_put_into_the_file() -> Any:
    return patch.object(Working, "install", lambda *_: None)


@bug(TAILS)
def pages_of_a_tail_stay() -> Any:
    def keep(self: Pages, undo: bytes) -> Change:
        return Change({1: self._page(1)}, self.size)

    return patch.object(Pages, "take_back", keep)
