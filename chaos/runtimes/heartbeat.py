"""A heartbeat on the lab's own machine: how late a beat comes tells how long nothing ran.

It has its own thread, so that the lab's work on its event loop does not count as a stall, and it uses the
clock that counts sleep.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from threading import Event, Thread

from chaos.recording.stalls import Stall
from services.adapters.clock import SystemClock

PERIOD_S = 0.02
NOTED_S = 0.05  # what is shorter is the daily life of a machine


@contextmanager
def watching(elapsed_ns: Callable[[], int]) -> Iterator[Sequence[Stall]]:
    """See `chaos.recording.stalls.Watch`."""
    stalls: list[Stall] = []
    over = Event()
    began = elapsed_ns(), SystemClock().boottime()
    heart = Thread(target=_beat, args=(*began, over, stalls), name="heartbeat", daemon=True)
    heart.start()
    try:
        yield stalls
    finally:
        over.set()
        heart.join()


def _beat(began_ns: int, began_s: float, over: Event, stalls: list[Stall]) -> None:
    clock, last_s = SystemClock(), began_s
    while True:
        is_over = over.wait(PERIOD_S)
        now_s = clock.boottime()
        late_s = now_s - last_s - PERIOD_S
        if late_s >= NOTED_S:
            stalls.append(Stall(began_ns + round((last_s - began_s) * 1e9), late_s))
        if is_over:
            return
        last_s = now_s
