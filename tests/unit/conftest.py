"""Every test that is a coroutine runs on a loop that knows nothing of a busy machine."""

import asyncio
from collections.abc import Callable, Mapping

from tests.unit import unhurried


def pytest_asyncio_loop_factories() -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    return {"unhurried": unhurried.loop}
