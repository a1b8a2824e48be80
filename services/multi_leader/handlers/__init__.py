"""How applications settle conflicts: one file each, with `resolve`, a pure function of conflicting values.

All leaders call it with the same values in the same order, and so get the same result, if it depends on
nothing else. It has a budget, counted in lines of Python and not in seconds, so that it is stopped at the
same place everywhere. A line that sleeps or waits counts as only one line, but would block the leader. So a
handler that sleeps, or uses the network or another process, is stopped as well. Only a single slow call into
C code goes unnoticed.
"""

import importlib.util
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any, TypeAlias

from services.errors import LabError
from services.loading import load
from services.messages import Value
from services.settings.multi_leader import HANDLERS

Resolve: TypeAlias = Callable[[str, tuple[Value, ...]], Value]


WAITING_MODULES = ("select", "socket", "_socket", "_posixsubprocess")  # all of their functions may wait
WAITING_FUNCTIONS = ("time.sleep", "posix.system", "builtins.input")  # of other modules


class BrokenOffError(BaseException):
    """The handler went too far. Not an `Exception`, so that no handler catches it by mistake."""


class TooLongError(BrokenOffError):
    """It has used up its budget."""


class WaitsError(BrokenOffError):
    """It was about to wait."""


def handler_of(name: str) -> Resolve:
    """The function `resolve` in `services/multi_leader/handlers/NAME.py`, or in the Python file of that path.

    Raises `LabError` bad-order, in one line, for a file that cannot be used.
    """
    if name in HANDLERS:
        resolve: Resolve = load(f"services.multi_leader.handlers.{name.replace('-', '_')}:resolve")
        return resolve
    found: Resolve | None = getattr(_module(name), "resolve", None)
    if not callable(found):
        raise LabError("bad-order", f"the handler {name} has no function resolve(key, values)")
    return found


def handler_or_complaint(name: str) -> Resolve:
    """The same; if the handler cannot be used, a function that says so whenever it is called.

    So the leader starts all the same, and keeps all versions.
    """
    try:
        return handler_of(name)
    except LabError as error:
        refusal = error

    def refuse(key: str, values: tuple[Value, ...]) -> Value:
        raise refusal

    return refuse


def _module(path: str) -> Any:
    spec = importlib.util.spec_from_file_location("handler_of_the_application", path)
    assert spec and spec.loader, path
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:  # whatever is wrong with somebody's file
        why = " ".join(f"{type(error).__name__}: {error}".split())
        raise LabError("bad-order", f"the handler {path} cannot be loaded: {why}") from error
    return module


def within(steps: int, resolve: Resolve, key: str, values: tuple[Value, ...]) -> Value:
    """The handler's result. Raises `BrokenOffError`, and whatever the handler raises."""
    left = steps

    def count(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal left
        left -= event == "line"
        if left < 0:
            raise TooLongError(f"it was stopped after {steps} lines of Python")
        return count

    tracer, profiler = sys.gettrace(), sys.getprofile()
    sys.settrace(count)
    sys.setprofile(_must_not_wait)
    try:
        return resolve(key, values)
    finally:
        sys.setprofile(profiler)
        sys.settrace(tracer)


def _must_not_wait(_: FrameType, event: str, function: Any) -> None:
    if event != "c_call":
        return
    owner = getattr(function, "__module__", None) or type(getattr(function, "__self__", None)).__module__
    called = f"{owner.lstrip('_')}.{function.__name__}"
    if owner in WAITING_MODULES or called in WAITING_FUNCTIONS:
        raise WaitsError(f"it called {called}, which may wait; it must use nothing but the values")
