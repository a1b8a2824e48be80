"""`./lab run`: groups of variants one after the other, each on a cluster of its own.

A cluster needs some seconds to go, one of containers five, and mostly waits in them. So it goes while the
next one comes.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from typing import Any, TypeAlias

from chaos.cluster.undisturbed import undisturbed

Group: TypeAlias = Callable[[asyncio.Event], Coroutine[Any, Any, None]]


async def in_turn(groups: Iterable[Group]) -> None:
    """Each group begins when the one before is over: it has set its event, and its cluster only has to go.

    On return all clusters are gone. Raises what the first group raises that fails; no further one begins.
    """
    begun: list[tuple[asyncio.Task[None], asyncio.Event]] = []
    try:
        for group in groups:
            over = asyncio.Event()
            task = asyncio.ensure_future(group(over))
            task.add_done_callback(lambda _, over=over: over.set())  # type: ignore[misc]
            begun.append((task, over))
            await over.wait()
            if task.done():
                task.result()
        await asyncio.gather(*(task for task, _ in begun))
    finally:
        for task, over in begun:
            if not over.is_set():  # whoever is over clears away, which is not to be cut short
                task.cancel()
        with undisturbed():
            await asyncio.gather(*(task for task, _ in begun), return_exceptions=True)
