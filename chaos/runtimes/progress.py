"""What a start is at, for somebody who watches: a line a step, to whoever listens, and to nobody else."""

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
