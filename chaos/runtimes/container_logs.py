"""Reading containers' logs as they grow, whatever happens to the containers meanwhile.

When a container dies, the engine ends its stream but keeps the lines, so a reader begins again where it was.
Times are the engine's, because a line for people has only the time of day.
"""

import threading
from collections.abc import Mapping, Sequence
from datetime import datetime
from queue import SimpleQueue

from docker.errors import APIError
from docker.models.containers import Container

from chaos.cluster import Event
from chaos.runtimes.log_book import LogBook

RETRY_S = 0.2


class ContainerLogs:
    """The log lines of several nodes from `since_s` on; what is there already is read before this returns."""

    def __init__(self, containers: Mapping[str, Container], since_s: float) -> None:
        self._lines: SimpleQueue[tuple[str, str, float]] = SimpleQueue()
        self._book = LogBook()
        self._readers = [_Reader(node, each, since_s, self._lines) for node, each in containers.items()]

    def events(self) -> Sequence[Event]:
        """Everything so far, in time order."""
        while not self._lines.empty():
            self._book.add(*self._lines.get())
        return self._book.events()

    def close(self) -> None:
        """Read no further."""
        for reader in self._readers:
            reader.closed.set()


class _Reader:
    """Puts each line of one container into `lines`, with the time at which it was written."""

    def __init__(
        self, node: str, container: Container, since_s: float, lines: SimpleQueue[tuple[str, str, float]]
    ) -> None:
        self.closed = threading.Event()
        self._node = node
        self._container = container
        self._since_s = since_s
        self._lines = lines
        self._last = ""  # the engine's time of the last line; these texts sort as the times do
        self._read(follow=False)
        threading.Thread(target=self._follow, name=f"log of {node}", daemon=True).start()

    def _follow(self) -> None:
        while not self.closed.is_set():
            try:
                self._read(follow=True)
            except APIError:  # the container is gone for good
                return
            self.closed.wait(RETRY_S)

    def _read(self, follow: bool) -> None:
        rest = b""
        since = max(1, int(self._since_s))
        for chunk in self._container.logs(stream=True, follow=follow, timestamps=True, since=since):
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                self._take(line.decode(errors="replace"))

    def _take(self, stamped: str) -> None:
        stamp, _, line = stamped.partition(" ")
        if stamp <= self._last or self.closed.is_set():
            return
        self._last = stamp
        time_s = datetime.fromisoformat(stamp).timestamp()
        if time_s >= self._since_s:
            self._lines.put((self._node, line, time_s))
