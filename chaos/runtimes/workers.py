"""The same function over many items: in this process, or in several.

Results come as they are ready, in any order. If the caller stops early, as on Ctrl-C, it does not wait: what
is queued is dropped, and what runs is killed. Processes are spawned, not forked, so that on every system a
worker begins with nothing but what it imports.
"""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing.connection import wait
from typing import TypeVar

A = TypeVar("A")
R = TypeVar("R")


def in_processes(function: Callable[[A], R], items: Iterable[A], workers: int) -> Generator[R, None, None]:
    """`function` of each item, over so many processes; one means this process itself."""
    if workers == 1:
        yield from map(function, items)
        return
    with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), _begin_work) as pool:
        others = multiprocessing.active_children()
        try:
            for future in as_completed([pool.submit(function, item) for item in items]):
                yield future.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            for worker in multiprocessing.active_children():
                if worker not in others:
                    worker.kill()  # it holds nothing that outlives it
            raise


def _begin_work() -> None:
    """A terminal's Ctrl-C goes to all processes, but only the parent is to say something about it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_the_parent, daemon=True).start()


def _end_with_the_parent() -> None:
    """However it ends: a worker whose parent was killed would wait for work for ever."""
    parent = multiprocessing.parent_process()
    assert parent
    wait([parent.sentinel])
    os._exit(1)
