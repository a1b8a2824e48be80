"""Where virtual time begins and ends: a coroutine of the lab's own, run like `asyncio.run`, in no time."""

import asyncio
import gc
import signal
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from threading import current_thread, main_thread
from types import FrameType
from typing import Any, TypeVar

from chaos.runtimes.simulated.clock import MachineClock
from chaos.runtimes.simulated.loop import VirtualLoop, new_loop
from chaos.runtimes.simulated.timeline import Timeline

T = TypeVar("T")

LONGEST_RUN_S = 600.0
MANY_OBJECTS = 100_000  # several times as many as an ordinary run leaves behind


def run(main: Coroutine[Any, Any, T], limit_s: float = LONGEST_RUN_S) -> T:
    """The result of `main`. Raises what it raises, and `SimulationError` when it cannot come to an end."""
    timeline = Timeline()
    lab = new_loop("lab", timeline, MachineClock(timeline))
    with _no_ctrl_c_lost(), _seldom_collecting_garbage():
        try:
            return timeline.run(lab.create_task(main), limit_s)
        finally:
            lab.kill()
            lab.bury()


@contextmanager
def _no_ctrl_c_lost() -> Iterator[None]:
    """Ctrl-C strikes wherever this process is: inside a node, it may be taken for a failure of that node.

    SQLite's callbacks and destructors swallow it, too. Then it counts when the run is over.
    """
    usual, heard = signal.getsignal(signal.SIGINT), False

    def note(number: int, frame: FrameType | None) -> None:
        nonlocal heard
        heard = True
        signal.default_int_handler(number, frame)

    if usual is not signal.default_int_handler or current_thread() is not main_thread():
        yield  # somebody else hears it
        return
    signal.signal(signal.SIGINT, note)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, usual)
    if heard:
        raise KeyboardInterrupt


@contextmanager
def _seldom_collecting_garbage() -> Iterator[None]:
    """An ordinary run is over before its garbage is worth the search through all that is alive meanwhile."""
    usual = gc.get_threshold()
    gc.set_threshold(MANY_OBJECTS, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)


def lab_loop() -> VirtualLoop:
    """The loop that `run` runs on. Raises `RuntimeError` outside of it."""
    loop = asyncio.get_running_loop()
    if not isinstance(loop, VirtualLoop):
        raise RuntimeError("a simulated cluster lives in virtual time: start it within virtual.run(…)")
    return loop
