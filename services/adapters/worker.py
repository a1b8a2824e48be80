"""One thread for blocking work, in the order in which it was requested.

It is like an executor with one thread, but handing over work and its result costs a third as much: a leader
does both for each write, and so does each follower.

On a fast disk, even that takes longer than a small transaction. So work marked as short is done at once, on
the loop, if nothing waits for the thread and the last such pieces all took less than `QUICK_S`, a tiny
fraction of a heartbeat. A disk that becomes slow holds up the loop once.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from math import inf
from queue import SimpleQueue
from threading import Thread
from typing import Any, TypeAlias, TypeVar

T = TypeVar("T")
Job: TypeAlias = tuple[Callable[[], Any], asyncio.Future[Any], asyncio.AbstractEventLoop, bool]
Settle: TypeAlias = Callable[[asyncio.Future[Any], Any], None]

QUICK_S, RECENT = 0.001, 16


class Worker:
    """The thread lives until `close` and is called `name`."""

    def __init__(self, name: str) -> None:
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._handed_over = 0  # jobs whose outcome has not reached the loop yet
        self._took_s = deque([inf] * RECENT, maxlen=RECENT)  # how long the last pieces of short work took
        self._thread = Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    def do(self, work: Callable[[], T], short: bool = False) -> asyncio.Future[T]:
        """What `work` returns or raises. Once begun, work runs to its end even if nobody waits any more."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        if short and not self._handed_over and max(self._took_s) < QUICK_S:
            settle, outcome = self._done(work, short)
            settle(future, outcome)
        else:
            self._handed_over += 1
            self._jobs.put((work, future, loop, short))
        return future

    def close(self) -> None:
        """Finish the work requested so far, and end."""
        self._jobs.put(None)
        self._thread.join()

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            work, future, loop, short = job
            settle, outcome = (_set_result, None) if future.cancelled() else self._done(work, short)
            with suppress(RuntimeError):  # the loop is closed: nobody waits
                loop.call_soon_threadsafe(self._back, settle, future, outcome)
            del job, work, future, loop, settle, outcome  # hold no references while waiting for work

    def _done(self, work: Callable[[], Any], short: bool) -> tuple[Settle, Any]:
        """Do it; returns how to report the outcome, and the outcome."""
        began_s = time.perf_counter()
        try:
            return _set_result, work()
        except BaseException as error:
            return _set_exception, error
        finally:
            if short:
                self._took_s.append(time.perf_counter() - began_s)

    def _back(self, settle: Settle, future: asyncio.Future[Any], outcome: Any) -> None:
        """Report the outcome; runs on the loop."""
        self._handed_over -= 1
        settle(future, outcome)


def _set_result(future: asyncio.Future[Any], result: Any) -> None:
    if not future.done():
        future.set_result(result)


def _set_exception(future: asyncio.Future[Any], error: BaseException) -> None:
    if not future.done():
        future.set_exception(error)
