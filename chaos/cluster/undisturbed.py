"""What must not be cut short, such as healing: a request to end waits until it is over.

A request to end (Ctrl-C, SIGTERM, a closing terminal) cancels the work at whatever it waits for. That is how
faults are healed on the way out. But the request may come while a fault is already being healed, because its
block is over or an error ended it. Then it would cancel the healing itself.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar


class Requests:
    """Requests to end the work of one event loop; `end` cancels that work. For that loop's thread only."""

    def __init__(self, end: Callable[[], object]) -> None:
        self._end = end
        self._disturbs = 0
        self._waiting = False

    def add(self) -> None:
        """End the work: now, or as soon as the part that must not be cut short is over."""
        self._waiting = True
        self._heed()

    @contextmanager
    def held_back(self) -> Iterator[None]:
        """Make requests wait while the block lasts."""
        self._disturbs += 1
        try:
            yield
        finally:
            self._disturbs -= 1
            self._heed()

    def _heed(self) -> None:
        if self._waiting and not self._disturbs:
            self._waiting = False
            self._end()


REQUESTS: ContextVar[Requests | None] = ContextVar("requests that the work end", default=None)


@contextmanager
def undisturbed() -> Iterator[None]:
    """A request to end waits for the end of the block. If nobody can make requests, this does nothing."""
    requests = REQUESTS.get()
    if requests is None:
        yield
        return
    with requests.held_back():
        yield
