"""A disk that refuses is not a bug: the caller gets `storage-failed`, and the log says so only once.

Heartbeats and batches come again and again. While the disk is full each of them fails, and a log line for
each would bury everything else.
"""

import errno
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import apsw

from services.errors import LabError

OF_SQLITE = (apsw.FullError, apsw.IOError, apsw.CantOpenError, apsw.ReadOnlyError)
OF_THE_SYSTEM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS})
CODE = "storage-failed"


class Trouble:
    """What the disk refuses at the moment, by the name of the work."""

    def __init__(self, say: Callable[..., None]) -> None:
        self._say = say
        self._refused: set[str] = set()

    def told(self, what: str, error: Exception) -> Exception:
        """`error` as the caller that asked for `what` gets it; the disk's errors become storage-failed."""
        error = _translated(error)
        if isinstance(error, LabError) and error.kind.code == CODE and what not in self._refused:
            self._refused.add(what)
            self._say(CODE, of=what, reason=error.text)
        return error

    def over(self, what: str) -> None:
        """It went well, so the next failure is logged again."""
        self._refused.discard(what)

    @contextmanager
    def noticed(self, what: str) -> Iterator[None]:
        """A block in which an error of the disk is logged, and raised as `LabError` storage-failed."""
        try:
            yield
        except Exception as error:
            told = self.told(what, error)
            if told is error:
                raise
            raise told from error
        self.over(what)


@contextmanager
def disk_may_refuse() -> Iterator[None]:
    """A block in which an error of the disk is raised as `LabError` storage-failed."""
    try:
        yield
    except Exception as error:
        translated = _translated(error)
        if translated is error:
            raise
        raise translated from error


def is_of_the_disk(error: LabError) -> bool:
    """Does this failure say that a disk refused?"""
    return error.kind.code == CODE


def _translated(error: Exception) -> Exception:
    return LabError(CODE, f"the disk did not take it: {error}") if _is_of_the_disk(error) else error


def _is_of_the_disk(error: Exception) -> bool:
    of_the_system = isinstance(error, OSError) and error.errno in OF_THE_SYSTEM
    return of_the_system or isinstance(error, OF_SQLITE)
