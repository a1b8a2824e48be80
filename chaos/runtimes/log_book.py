"""The log lines of all nodes in one place, for the end of a run and for people who watch it."""

import time
from collections import deque
from collections.abc import Callable, Sequence

from chaos.cluster import Event
from services import logline

MOST_LINES = 100_000  # of one node; a node that says more than that has lost the beginning of its story


class LogBook:
    """Lines go in node by node; events come out in time order. A node's lines survive its restart."""

    def __init__(self) -> None:
        self._events: dict[str, deque[Event]] = {}
        self._listeners: list[Callable[[Event], None]] = []

    def listen(self, listener: Callable[[Event], None]) -> None:
        """Call `listener` with every event from now on."""
        self._listeners.append(listener)

    def add(self, node: str, line: str, time_s: float | None = None) -> None:
        """Note one line of output; what is not a log line (a traceback) becomes an `output` event.

        `time_s` is when it was written, in seconds since 1970: a line for people has only the time of day.
        """
        parsed = logline.parse(line)
        if parsed and parsed.time_s is not None:
            event = Event(time_s or parsed.time_s, parsed.node, parsed.event, parsed.fields)
        else:
            event = Event(time_s or time.time(), node, "output", {"text": line})
        self._events.setdefault(node, deque(maxlen=MOST_LINES)).append(event)
        for listener in self._listeners:
            listener(event)

    def events(self) -> Sequence[Event]:
        """Everything so far, in time order."""
        everything = [event for events in self._events.values() for event in events]
        return sorted(everything, key=lambda event: event.time_s)
