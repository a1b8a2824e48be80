"""An event loop whose time jumps to the next timer, and a store that answers as slowly as it is told."""

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from chaos.workloads.client import ANYBODY, Answer, Caller, ClientError

T = TypeVar("T")


class _Jump(selectors.SelectSelector):
    """Instead of waiting for input, of which there is none, it moves the time on."""

    now_s = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        assert timeout is not None, "everybody waits and nothing will ever happen"
        self.now_s += max(0.0, timeout)
        return []


class VirtualClock:
    """The clock port over the time of the running loop."""

    def monotonic(self) -> float:
        return asyncio.get_running_loop().time()

    boottime = wall = monotonic

    async def sleep(self, delay_s: float) -> None:
        await asyncio.sleep(delay_s)

    def ns(self) -> int:
        return round(self.monotonic() * 1e9)


def play(story: Coroutine[Any, Any, T]) -> T:
    """Run `story` to its end in virtual time."""
    selector = _Jump()
    loop = asyncio.SelectorEventLoop(selector)
    loop.time = lambda: selector.now_s  # type: ignore[method-assign]
    try:
        return loop.run_until_complete(story)
    finally:
        loop.close()


class Store:
    """A key-value store in memory, one log; `trouble(gateway)` may raise or return the seconds to take."""

    def __init__(self, trouble: Callable[[str], float]) -> None:
        self._trouble = trouble
        self._log: list[tuple[str, str, Any]] = []

    async def put(self, gateway: str, key: str, value: Any, caller: Caller = ANYBODY) -> Answer:
        return await self._append(gateway, "put", key, value)

    async def delete(self, gateway: str, key: str, caller: Caller = ANYBODY) -> Answer:
        return await self._append(gateway, "delete", key, None)

    async def add(self, gateway: str, key: str, element: Any, caller: Caller = ANYBODY) -> Answer:
        return await self._append(gateway, "add", key, element)

    async def get(self, gateway: str, key: str, caller: Caller = ANYBODY) -> Answer:
        await asyncio.sleep(self._trouble(gateway))
        return Answer("n1", 1, len(self._log), self.contents()["registers"].get(key))

    async def members(self, gateway: str, key: str, caller: Caller = ANYBODY) -> Answer:
        await asyncio.sleep(self._trouble(gateway))
        return Answer("n1", 1, len(self._log), self.contents()["sets"].get(key, []))

    def contents(self, forgotten: int = 0) -> dict[str, Any]:
        """What a replica holds that never got the last `forgotten` entries of the log."""
        kept = self._log[: len(self._log) - forgotten]
        registers: dict[str, Any] = {}
        sets: dict[str, list[Any]] = {}
        for f, key, value in kept:
            if f == "add":
                sets.setdefault(key, []).append(value)
            elif f == "put":
                registers[key] = value
            else:
                registers.pop(key, None)
        return {"registers": registers, "sets": sets, "epoch": 1, "position": len(kept)}

    async def _append(self, gateway: str, f: str, key: str, value: Any) -> Answer:
        await asyncio.sleep(self._trouble(gateway))
        self._log.append((f, key, value))
        return Answer("n1", 1, len(self._log))


def timed_out() -> ClientError:
    return ClientError(False, "timed-out: no answer")


def refused() -> ClientError:
    return ClientError(True, "no-leader: none is known")
