"""Work that blocks is done by one thread, in order, and its outcome comes back to whoever waits."""

import asyncio
import threading
import time
from collections.abc import Iterator

import pytest

from services.adapters.worker import Worker


@pytest.fixture
def worker() -> Iterator[Worker]:
    worker = Worker("test")
    yield worker
    worker.close()


async def test_results_and_exceptions_come_back(worker: Worker) -> None:
    assert await worker.do(threading.current_thread) is not threading.current_thread()
    with pytest.raises(ZeroDivisionError):
        await worker.do(lambda: 1 // 0)
    assert await worker.do(lambda: 7) == 7


async def test_one_after_the_other_in_order(worker: Worker) -> None:
    done: list[int] = []

    def work(number: int) -> None:
        time.sleep(0.002 * (5 - number))
        done.append(number)

    await asyncio.gather(*(worker.do(lambda number=number: work(number)) for number in range(5)))  # type: ignore[misc]
    assert done == list(range(5))


async def test_work_that_has_begun_ends_without_its_caller_and_other_work_is_left(worker: Worker) -> None:
    begun, may_end, done = threading.Event(), threading.Event(), []

    def first() -> None:
        begun.set()
        may_end.wait()
        done.append("first")

    waiting = [worker.do(first), worker.do(lambda: done.append("second"))]
    await asyncio.to_thread(begun.wait)
    for each in waiting:
        each.cancel()
    may_end.set()
    await worker.do(lambda: None)
    assert done == ["first"]


def test_closing_does_what_was_asked_for_also_for_a_loop_that_is_gone() -> None:
    done: list[str] = []
    worker = Worker("test")

    async def ask() -> None:
        worker.do(lambda: time.sleep(0.05))
        worker.do(lambda: done.append("asked"))

    asyncio.run(ask())
    worker.close()
    assert done == ["asked"]
    assert not any(thread.name == "test" for thread in threading.enumerate())
