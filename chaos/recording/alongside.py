"""Work that goes on while something else is done, such as looking at a cluster during a run."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Iterable
from contextlib import asynccontextmanager
from typing import Any


@asynccontextmanager
async def alongside(works: Iterable[Coroutine[Any, Any, None]]) -> AsyncIterator[None]:
    """Do all of it while the block lasts; what goes wrong in it is nobody's concern."""
    tasks = [asyncio.create_task(work) for work in works]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
