"""Events in a file that some processes write and others follow, one JSON line each, as the nodes log."""

from contextlib import suppress
from pathlib import Path

from chaos.cluster import Event
from services import logline
from services.logline import LogLine


class EventFile:
    """Appending is one write, so several processes may; reading remembers how far it came."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read_to = 0
        self._events: list[Event] = []

    def append(self, event: Event) -> None:
        """Add one event at the end."""
        text = logline.as_json(LogLine(event.time_s, event.node, event.event, dict(event.fields)))
        with self._path.open("ab", buffering=0) as file:
            file.write(text.encode() + b"\n")

    def events(self) -> list[Event]:
        """All events so far, in the order of the file; empty when there is no file yet."""
        with suppress(FileNotFoundError), self._path.open("rb") as file:  # it goes with its cluster
            file.seek(self._read_to)
            whole_lines = file.read().rpartition(b"\n")[0]
            self._read_to += len(whole_lines) + bool(whole_lines)
            self._events += _parsed(whole_lines.decode())
        return self._events


def _parsed(text: str) -> list[Event]:
    lines = map(logline.parse, text.splitlines())
    return [Event(x.time_s, x.node, x.event, x.fields) for x in lines if x and x.time_s is not None]
