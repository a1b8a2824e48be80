"""Work that blocks is done by one thread, in order, and its outcome comes back to whoever waits."""

import asyncio
import threading
import time
from collections.abc import Iterator

import pytest

from services.adapters import worker as module
from services.adapters.worker import QUICK_S, RECENT, Worker


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


async def on_the_loop(worker: Worker) -> bool:
    """Is short work done here, at the moment?"""
    return await worker.do(threading.current_thread, short=True) is threading.current_thread()


async def test_short_work_is_done_at_once_where_it_is_quick(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "QUICK_S", 60.0)  # a machine that stands still does not make work slow
    assert not await on_the_loop(worker)  # nobody knows yet
    while not await on_the_loop(worker):
        pass
    assert await worker.do(threading.current_thread) is not threading.current_thread()
    assert worker.do(lambda: 7, short=True).result() == 7
    with pytest.raises(ZeroDivisionError):
        worker.do(lambda: 1 // 0, short=True).result()


async def test_a_disk_that_becomes_slow_holds_the_loop_up_once(worker: Worker) -> None:
    while not await on_the_loop(worker):
        pass
    await worker.do(lambda: time.sleep(2 * QUICK_S), short=True)
    assert not any([await on_the_loop(worker) for _ in range(RECENT // 2)])


async def test_short_work_overtakes_nothing(worker: Worker) -> None:
    while not await on_the_loop(worker):
        pass
    done: list[str] = []
    first = worker.do(lambda: done.append("first"))
    second = worker.do(lambda: done.append("second"), short=True)
    await asyncio.gather(first, second)
    assert done == ["first", "second"]
