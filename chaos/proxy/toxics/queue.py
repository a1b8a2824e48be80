"""A stage where bytes wait in order: its head is cut into pieces, and each leaves when it is due.

Latency, bandwidth and slicer are this one idea with different answers to two questions: how much
leaves next, and when. The answer is asked for only once a piece has become the head, so changed
attributes reach what already waits, and order and spacing hold whatever the delays are.
"""

import math
from collections import deque
from collections.abc import Callable
from random import Random
from time import monotonic

from chaos.proxy.toxics.stage import Attributes, Data, End, Stage

# Timers tick in whole milliseconds and may come a tick early when the loop is busy.
HALF_TICK_S = 0.0005


class Queue(Stage[Attributes]):
    """Holds bytes back; subclasses say how many and how long."""

    def __init__(self, attributes: Attributes, random: Random, relieved: Callable[[], None]) -> None:
        super().__init__(attributes, random, relieved)
        self._waiting: deque[tuple[float, memoryview]] = deque()
        self._ending: End | None = None
        self._size = 0
        self._due_s = math.inf

    def size(self, head_bytes: int) -> int:
        """How many of the head's bytes leave together next; 1 to `head_bytes`."""
        return head_bytes

    def due_s(self, size: int, arrived_s: float) -> float:
        """When they leave, on the monotonic clock; infinity for never."""
        raise NotImplementedError

    def feed(self, data: Data) -> None:
        """Queue the bytes behind those that wait already."""
        if self.ended or self._ending:
            return
        self._waiting.append((monotonic(), memoryview(data)))
        self.waiting_bytes += len(data)
        if len(self._waiting) == 1:
            self._prepare()

    def end(self, how: End) -> None:
        """End at once when nothing waits, else behind the last byte."""
        self._ending = how
        if not self._waiting:
            super().end(how)

    def start(self) -> None:
        """Ask again when the head is due."""
        if self._waiting:
            self._prepare()

    def flush(self) -> None:
        """Pass on everything that waits, and the end if it came."""
        self.halt()
        while self._waiting:
            _, data = self._waiting.popleft()
            self.out.feed(data)
        self.waiting_bytes = 0
        if self._ending:
            super().end(self._ending)

    def _prepare(self) -> None:
        arrived_s, head = self._waiting[0]
        self._size = self.size(len(head))
        self._due_s = self.due_s(self._size, arrived_s)
        self._sleep()

    def _sleep(self) -> None:
        if self._due_s < math.inf:
            self.call_later(max(0.0, self._due_s - monotonic()), self._wake)

    def _wake(self) -> None:
        if self._due_s - monotonic() > HALF_TICK_S:
            self._sleep()
            return
        arrived_s, head = self._waiting.popleft()
        if self._size < len(head):
            self._waiting.appendleft((arrived_s, head[self._size :]))
        self.waiting_bytes -= self._size
        self.out.feed(head[: self._size])
        if self._waiting:
            self._prepare()
        elif self._ending:
            super().end(self._ending)
        self.relieved()
