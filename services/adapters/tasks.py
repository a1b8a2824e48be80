"""The tasks port on asyncio: background work in a known order.

It is a plain list, because asyncio's sets have no order, and nobody can reason about a node that stops in a
different order each time.
"""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any


class OrderedTasks:
    """See `services.ports.Tasks`. `crashed` gets the name and the exception of a task that failed."""

    def __init__(self, crashed: Callable[[str, BaseException], None]) -> None:
        self._crashed = crashed
        self._running: list[asyncio.Task[None]] = []

    def spawn(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        """Run `work` beside the rest. Several tasks may share a name."""
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._running.append(task)
        task.add_done_callback(self._ended)

    async def cancel(self, name: str) -> None:
        """Cancel the tasks called `name` and wait until they are gone."""
        await _cancel([task for task in self._running if task.get_name() == name])

    async def cancel_all(self) -> None:
        """Cancel everything in spawn order and wait."""
        await _cancel(list(self._running))

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.remove(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._crashed(task.get_name(), error)


async def _cancel(tasks: list[asyncio.Task[None]]) -> None:
    """Cancel `tasks` in order and wait. If the caller is among them, it ends at its next await."""
    current = asyncio.current_task()
    others = [task for task in tasks if task is not current]
    for task in others:
        task.cancel()
    for task in others:
        await asyncio.wait([task])
    if current in tasks:
        current.cancel()
