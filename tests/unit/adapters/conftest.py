"""What handles connections is tried on both event loops, for they differ in how a connection ends."""

import asyncio
from collections.abc import Callable, Mapping

import pytest
import uvloop

USUAL = {"asyncio": asyncio.new_event_loop}
BOTH = {**USUAL, "uvloop": uvloop.new_event_loop}
ON_BOTH = (
    "test_network.py",
    "test_streams.py",
    "test_frame_door.py",
    "test_frame_limits.py",
    "test_lingering.py",
)


def pytest_asyncio_loop_factories(
    item: pytest.Item,
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """See `pytest_asyncio`."""
    return BOTH if item.path.name in ON_BOTH else USUAL
