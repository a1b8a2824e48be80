"""A whole cluster as a client sees it, without any: a store that answers as slowly as it is told."""

import asyncio
from collections.abc import Callable
from typing import Any

from chaos.workloads.client import ANYBODY, Answer, Caller, ClientError


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
