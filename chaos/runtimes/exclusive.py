"""One at a time: a lock that says who holds it, and that never outlives its holder.

The file is removed before the lock is released, so a process that has just locked a file checks that it still
has that name.
"""

import fcntl
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class HeldError(Exception):
    """Somebody else has it; the text says who: process and command."""


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Hold the lock `path` while the block lasts. Raises `HeldError` at once when somebody else does."""
    handle = _locked(path)
    try:
        os.ftruncate(handle, 0)
        os.write(handle, f"process {os.getpid()}, {' '.join(sys.argv)}".encode())
        yield
    finally:
        path.unlink(missing_ok=True)
        os.close(handle)


def _locked(path: Path) -> int:
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if path.exists() and path.stat().st_ino == os.fstat(handle).st_ino:
                return handle
        except BlockingIOError as error:
            holder = path.read_text(encoding="utf-8") if path.exists() else ""
            os.close(handle)
            raise HeldError(holder or "a process that has just begun") from error
        os.close(handle)
