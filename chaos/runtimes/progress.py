"""The progress of a start, for people who watch: one line per step, to a listener if there is one."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_LISTENER: ContextVar[Callable[[str], None] | None] = ContextVar("listener", default=None)


def step(text: str) -> None:
    """The next step begins."""
    if listener := _LISTENER.get():
        listener(text)


@contextmanager
def told_to(listener: Callable[[str], None] | None) -> Iterator[None]:
    """Steps in the block are told to `listener`."""
    token = _LISTENER.set(listener)
    try:
        yield
    finally:
        _LISTENER.reset(token)
