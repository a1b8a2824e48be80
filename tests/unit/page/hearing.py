"""What a page is told beside the pictures, and waiting until it is told something."""

import asyncio
from collections.abc import Callable
from typing import Any


class Heard:
    """The newest document of the one event that may come."""

    def __init__(self, event: str) -> None:
        self.shown: dict[str, Any] = {}
        self._event = event
        self._news = asyncio.Condition()

    async def hear(self, event: str, document: Any) -> None:
        """In place of `Watcher.tell`."""
        assert event == self._event
        async with self._news:
            self.shown = document
            self._news.notify_all()

    async def until(self, condition: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Wait for a document of that kind."""
        async with self._news:
            await self._news.wait_for(lambda: bool(self.shown) and condition(self.shown))
            return self.shown
