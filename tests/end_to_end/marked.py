"""Finds whatever a lab has left: all that it starts inherits its mark and its temporary directory."""

import os
import time
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from secrets import token_hex

import psutil

GONE_S = 30.0
POLL_S = 0.05
NAME = "LAB_TEST_MARK"


class Marked:
    """Give `environment` to the lab; `folder` is to be empty when nothing is left."""

    def __init__(self, folder: Path) -> None:
        self._mark = token_hex(8)
        self._folder = folder
        self.environment = {**os.environ, NAME: self._mark, "TMPDIR": str(folder)}

    def living(self) -> Iterator[psutil.Process]:
        for process in psutil.process_iter():
            try:
                if process.environ().get(NAME) == self._mark and process.status() != psutil.STATUS_ZOMBIE:
                    yield process
            except psutil.Error:  # gone, a zombie, or somebody else's
                continue

    def running(self, module: str) -> list[psutil.Process]:
        """Those of the living with this word in their command line."""
        return [process for process in self.living() if module in _command_line(process)]

    def must_leave_nothing(self, except_for: Collection[Path] = ()) -> None:
        self._must_end(lambda: [*map(str, self.living()), *(set(self._folder.iterdir()) - set(except_for))])

    def must_be_dead(self) -> None:
        self._must_end(lambda: [*map(str, self.living())])

    def _must_end(self, find: Callable[[], Collection[object]]) -> None:
        """Until `find` finds nothing, twice: whom somebody forks just before he ends may be in no list."""
        deadline = time.monotonic() + GONE_S
        while left := find() or find():
            assert time.monotonic() < deadline, left
            time.sleep(POLL_S)


def _command_line(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:  # it has just ended
        return ""
