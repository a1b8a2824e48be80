"""One thread for work that blocks, in the order in which it was asked for.

Like an executor with one thread, at a third of the cost of handing a piece of work over and its result back:
a leader does both for each write, and so does each follower.

Where the disk is fast, even that takes longer than a small transaction. So work that is said to be short is
done at once, on the loop, as long as nothing waits for the thread and the last such pieces all took less than
`QUICK_S`, which is nothing beside a heartbeat. A disk that becomes slow holds the loop up once.
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
    """The thread lives until `close`; `name` is that of the thread."""

    def __init__(self, name: str) -> None:
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._handed_over = 0  # jobs of the thread whose outcome is not known to the loop
        self._took_s = deque([inf] * RECENT, maxlen=RECENT)  # short work, the last pieces
        self._thread = Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    def do(self, work: Callable[[], T], short: bool = False) -> asyncio.Future[T]:
        """What `work` returns or raises. Work that has begun ends even if nobody waits for it any more."""
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
        """Do what was asked for before this, and end."""
        self._jobs.put(None)
        self._thread.join()

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            work, future, loop, short = job
            settle, outcome = (_set_result, None) if future.cancelled() else self._done(work, short)
            with suppress(RuntimeError):  # the loop is closed: nobody waits
                loop.call_soon_threadsafe(self._back, settle, future, outcome)
            del job, work, future, loop, settle, outcome  # so that nothing is kept until there is work again

    def _done(self, work: Callable[[], Any], short: bool) -> tuple[Settle, Any]:
        """Do it; returns how to tell what came of it."""
        began_s = time.perf_counter()
        try:
            return _set_result, work()
        except BaseException as error:
            return _set_exception, error
        finally:
            if short:
                self._took_s.append(time.perf_counter() - began_s)

    def _back(self, settle: Settle, future: asyncio.Future[Any], outcome: Any) -> None:
        """On the loop again."""
        self._handed_over -= 1
        settle(future, outcome)


def _set_result(future: asyncio.Future[Any], result: Any) -> None:
    if not future.done():
        future.set_result(result)


def _set_exception(future: asyncio.Future[Any], error: BaseException) -> None:
    if not future.done():
        future.set_exception(error)
