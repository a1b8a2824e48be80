"""`@simulated`: an async test that runs in virtual time; `until`: wait there for a condition; its clock."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import ParamSpec

from chaos.cluster import ClusterError
from chaos.runtimes.simulated import virtual
from chaos.runtimes.simulated.clock import MachineClock

P = ParamSpec("P")

WITHIN_S = 30.0
LOOKS_S = 0.001  # between two looks whether it is so

_mishaps: list[str] = []


def simulated(test: Callable[P, Awaitable[None]]) -> Callable[P, None]:
    """The test as an ordinary function, which pytest-asyncio leaves alone; its arguments are kept."""

    @wraps(test)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        async def main() -> None:
            await test(*args, **kwargs)

        _mishaps.clear()
        virtual.run(main())
        assert not _mishaps, _mishaps

    return run


async def until(condition: Callable[[], bool], within_s: float = WITHIN_S) -> None:
    """Return when it is so. A node that is still starting says nothing yet. Raises `AssertionError`."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + within_s
    while not _is_so(condition):
        assert loop.time() < deadline, f"not so within {within_s:g} s"
        await asyncio.sleep(LOOKS_S)


def clock() -> MachineClock:
    """The clock port of the test, right and virtual."""
    return virtual.lab_loop().clock


def now_ns() -> int:
    """What it says, in nanoseconds."""
    return round(clock().monotonic() * 1e9)


def note_mishap(what: str, error: BaseException) -> None:
    """Let the `@simulated` test that is running fail at its end: this has crashed meanwhile."""
    _mishaps.append(f"{what}: {error!r}")


def _is_so(condition: Callable[[], bool]) -> bool:
    try:
        return condition()
    except ClusterError:
        return False
