"""A number that only grows, and coroutines that wait until it has grown far enough."""

import asyncio
import heapq


class Watermark:
    """The highest sequence number for which something holds; waiters wake in the order of their numbers."""

    def __init__(self, value: int = 0) -> None:
        self.value = value
        self._waiters: list[tuple[int, int, asyncio.Future[None]]] = []
        self._arrivals = 0

    def raise_to(self, value: int) -> None:
        """Move the mark up and wake those who waited for it; a lower value is ignored."""
        self.value = max(self.value, value)
        while self._waiters and self._waiters[0][0] <= self.value:
            future = heapq.heappop(self._waiters)[2]
            if not future.done():
                future.set_result(None)

    def fail(self, error: Exception) -> None:
        """Wake all who still wait, with `error`."""
        for _, _, future in sorted(self._waiters, key=lambda waiter: waiter[:2]):
            if not future.done():
                future.set_exception(error)
        self._waiters.clear()

    async def reach(self, value: int) -> None:
        """Return as soon as the mark is at `value` or above."""
        if self.value >= value:
            return
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._arrivals += 1
        heapq.heappush(self._waiters, (value, self._arrivals, future))
        await future
