"""What cannot be simulated fails at once, with the place named: sockets, threads, signals, processes.

A simulation that quietly touched the real world would still give results, but they would be wrong now and
then. There are two nets: the virtual loop refuses every method that it does not define, and an audit hook
(PEP 578) refuses what goes past the loop. Calls that older Pythons do not report to such hooks are wrapped so
that they do.
"""

import asyncio
import contextlib
import sys
import threading
import time
from collections.abc import Callable, Iterator
from functools import cache, wraps
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn, ParamSpec, TypeVar

C = TypeVar("C", bound=type)
P = ParamSpec("P")
T = TypeVar("T")

ROOT = Path(__file__).resolve().parents[3]
HERE = Path(__file__).resolve().parent

REAL_EVENTS = frozenset(
    {
        *("socket.__new__", "socket.getaddrinfo"),
        *("subprocess.Popen", "os.fork", "os.forkpty", "os.posix_spawn", "os.system"),
        *("_thread.start_new_thread", "_thread.start_joinable_thread", "time.sleep"),
    }
)

# Whose method, its event, and the version of Python from which on it is reported.
UNREPORTED: tuple[tuple[Any, str, str, tuple[int, int]], ...] = (
    (threading.Thread, "start", "_thread.start_new_thread", (3, 12)),
    (time, "sleep", "time.sleep", (3, 13)),
)

_simulating = threading.local()


class OutsideWorldError(RuntimeError):
    """Simulated code reached for something real; the text names what, and where."""


@contextlib.contextmanager
def nothing_real() -> Iterator[None]:
    """While the block runs in this thread, what needs the real world raises `OutsideWorldError`."""
    _watch()
    before = getattr(_simulating, "now", False)
    _simulating.now = True
    try:
        yield
    finally:
        _simulating.now = before


def refuse_the_rest(loop: C) -> C:
    """Make every method of an event loop that `loop` does not define itself refuse to be called."""
    for name, inherited in vars(asyncio.AbstractEventLoop).items():
        if callable(inherited) and not name.startswith("_") and name not in vars(loop):
            setattr(loop, name, _refusal(name))
    return loop


def _refusal(name: str) -> Callable[..., NoReturn]:
    def refuse(*_: object, **__: object) -> NoReturn:
        raise _error(f"the event loop's {name}")

    return refuse


@cache
def _watch() -> None:
    """Audit hooks cannot be taken back, so there is one, and it looks only during a simulation."""
    sys.addaudithook(_audit)
    for owner, name, event, since in UNREPORTED:
        if sys.version_info < since:
            setattr(owner, name, _reporting(event, getattr(owner, name)))


def _reporting(event: str, function: Callable[P, T]) -> Callable[P, T]:
    @wraps(function)
    def report(*args: P.args, **kwargs: P.kwargs) -> T:
        sys.audit(event)
        return function(*args, **kwargs)

    return report


def _audit(event: str, _: tuple[Any, ...]) -> None:
    if event in REAL_EVENTS and getattr(_simulating, "now", False):
        raise _error(event)


def _error(what: str) -> OutsideWorldError:
    return OutsideWorldError(
        f"{what} needs the real world, which a simulation has not; called by {_caller()}. "
        "Go through the ports in services/ports.py"
    )


def _caller() -> str:
    """The innermost place in the lab's own code, apart from the simulation itself."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        place = place_in_the_lab(frame)
        if place is not None:
            return place
        frame = frame.f_back
    return "somebody outside of the lab's code"


def place_in_the_lab(frame: FrameType) -> str | None:
    """`path:line function` of a frame of the lab's own code; None elsewhere, and in the simulation itself."""
    path = Path(frame.f_code.co_filename)
    if not path.is_relative_to(ROOT) or path.parent == HERE or "site-packages" in path.parts:
        return None
    return f"{path.relative_to(ROOT)}:{frame.f_lineno} {frame.f_code.co_name}"
