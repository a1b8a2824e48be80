"""How long callers wait: one alarm for all calls of a process with the same timeout, instead of one each.

They time out in the order in which they began, so only the first needs an alarm, and usually its answer has
come long before. (A timer queue for each duration, because there are few: the simplest of the schemes in
Varghese and Lauck, Hashed and Hierarchical Timing Wheels, 1987.)
"""

import asyncio
from collections import deque
from typing import Any

from chaos.runtimes.simulated.loop import VirtualLoop
from chaos.runtimes.simulated.timeline import Handle
from services.errors import LabError

ROUNDING_S = 1e-9


class Patience:
    """That of one process. Its clock may be made to run faster or slower: that holds for later calls."""

    def __init__(self, loop: VirtualLoop) -> None:
        self._loop = loop
        self._queues: dict[tuple[float, float], _Queue] = {}  # by duration and by the rate of the clock

    def limit(self, reply: asyncio.Future[Any], to: str, timeout_s: float) -> None:
        """When `to` has not answered in `timeout_s` of the process's own time, `reply` fails: timed-out."""
        kind = timeout_s, self._loop.clock.rate
        queue = self._queues.get(kind)
        if queue is None:
            queue = self._queues[kind] = _Queue(self._loop, *kind)
        queue.add(reply, to)


class _Queue:
    def __init__(self, loop: VirtualLoop, timeout_s: float, rate: float) -> None:
        self._loop, self._timeout_s, self._lasts_s = loop, timeout_s, timeout_s / rate
        self._waiting: deque[tuple[float, asyncio.Future[Any], str]] = deque()
        self._has_alarm = False

    def add(self, reply: asyncio.Future[Any], to: str) -> None:
        waiting = self._waiting
        while waiting and waiting[0][1].done():
            waiting.popleft()
        waiting.append((self._now_s() + self._lasts_s, reply, to))
        if not self._has_alarm:
            self._set_alarm()

    def _set_alarm(self) -> None:
        self._has_alarm = bool(self._waiting)
        if self._has_alarm:
            moment_s = self._waiting[0][0] + self._loop.stood_still_s
            self._loop.timeline.at(moment_s, Handle(self._loop, self._ring, (), is_timer=True))

    def _now_s(self) -> float:
        """True time, less that in which the machine stood still."""
        return self._loop.timeline.now_s - self._loop.stood_still_s

    def _ring(self) -> None:
        now_s, waiting = self._now_s() + ROUNDING_S, self._waiting
        while waiting and (waiting[0][0] <= now_s or waiting[0][1].done()):
            _, reply, to = waiting.popleft()
            if not reply.done():
                text = f"{to} did not answer within {self._timeout_s:g} s"
                reply.set_exception(LabError("timed-out", text))
        self._set_alarm()
