"""The rules by which events follow one another: what a recorder refuses, a reader refuses."""

from collections.abc import Iterable

from chaos.history.answers import misfit
from chaos.history.event import Event, HistoryError
from chaos.history.knowing import misplaced


class Pairing:
    """Holds each event against those before it: one set of rules for writing and for reading."""

    def __init__(self) -> None:
        self._next_index = 0
        self._last_time = 0
        self._open: dict[int, Event] = {}
        self._retired: set[int] = set()

    def accept(self, event: Event) -> Event | None:
        """Take the next event; returns the invocation that it completes, if it completes one.

        Raises `HistoryError`, which names its line, when the event cannot follow what came before.
        """
        if event.index != self._next_index:
            raise self._error(f"index {self._next_index} (dense from 0)", event.index)
        if event.time < self._last_time:
            raise self._error(f"a time of at least {self._last_time}", event.time)
        if wrong := misplaced(event):
            raise HistoryError(f"line {self._next_index + 1}: {wrong}")
        process, invocation = event.process, None
        if isinstance(process, str):
            if event.type != "info":
                raise self._error("type info for a fault", event.type)
        elif event.type == "invoke":
            self._begin(process, event)
        else:
            invocation = self._complete(process, event)
        self._next_index += 1
        self._last_time = event.time
        return invocation

    def accept_whole(self, first_index: int, time: int, count: int) -> None:
        """Take `count` events from `first_index` on, made together at one `time` by a new process of theirs.

        Each is the end of the one before or begins another operation, so among themselves they fit.
        """
        if first_index != self._next_index or time < self._last_time:
            raise self._error(f"index {self._next_index} at {self._last_time} or later", (first_index, time))
        self._next_index += count
        self._last_time = time

    def _begin(self, process: int, event: Event) -> None:
        if process in self._retired:
            raise self._error("another process, because this one met an info", f"process {process}")
        if process in self._open:
            begun = self._open[process].index
            raise self._error(f"the end of operation {begun}", f"another one by process {process}")
        self._open[process] = event

    def _complete(self, process: int, event: Event) -> Event:
        invocation = self._open.get(process)
        if invocation is None:
            raise self._error(f"an invoke by process {process}", event.type)
        if invocation.f != event.f or invocation.key != event.key:
            begun = f"the end of {invocation.f} on {invocation.key!r} (event {invocation.index})"
            raise self._error(begun, f"that of {event.f} on {event.key!r}")
        wrong = misfit(event.f, invocation.value, event.value) if event.type == "ok" else None
        if wrong:
            raise HistoryError(f"line {self._next_index + 1}: {wrong}")
        del self._open[process]
        if event.type == "info":
            self._retired.add(process)
        return invocation

    def _error(self, expected: str, got: object) -> HistoryError:
        return HistoryError(f"line {self._next_index + 1}: expected {expected}, not {got}")


def explain(events: Iterable[Event]) -> None:
    """Raise the `HistoryError` that names the first event which cannot follow what came before."""
    pairing = Pairing()
    for event in events:
        pairing.accept(event)
    raise HistoryError("the history holds a number that is too large")
