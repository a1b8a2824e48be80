"""A number that only grows, and coroutines that wait until it has grown far enough."""

import asyncio
import heapq


class Watermark:
    """The highest sequence number for which something holds; waiters wake in the order of their numbers."""

    def __init__(self, value: int = 0) -> None:
        self.value = value
        self._waiters: list[tuple[int, int, asyncio.Future[bool]]] = []
        self._arrivals = 0

    def raise_to(self, value: int) -> None:
        """Move the mark up and wake those who waited for it; a lower value is ignored."""
        self.value = max(self.value, value)
        while self._waiters and self._waiters[0][0] <= self.value:
            _settle(heapq.heappop(self._waiters)[2], True)

    def fail(self, error: Exception) -> None:
        """Wake all who still wait, with `error`."""
        for _, _, future in sorted(self._waiters, key=lambda waiter: waiter[:2]):
            if not future.done():
                future.set_exception(error)
        self._waiters.clear()

    async def reach(self, value: int, within_s: float | None = None) -> bool:
        """True as soon as the mark is at `value` or above; False if it is not `within_s` (None: for ever)."""
        if self.value >= value:
            return True
        loop = asyncio.get_running_loop()
        future: asyncio.Future[bool] = loop.create_future()
        self._arrivals += 1
        heapq.heappush(self._waiters, (value, self._arrivals, future))
        alarm = None if within_s is None else loop.call_later(within_s, _settle, future, False)
        try:
            return await future
        finally:
            if alarm is not None:
                alarm.cancel()


def _settle(future: asyncio.Future[bool], reached: bool) -> None:
    if not future.done():
        future.set_result(reached)
