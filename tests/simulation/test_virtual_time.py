"""The virtual loop: asyncio as it is, without waiting, and with a clear word when it cannot go on."""

import asyncio
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from chaos.runtimes.simulated import virtual
from chaos.runtimes.simulated.outside import OutsideWorldError
from chaos.runtimes.simulated.timeline import SimulationError


def test_time_jumps() -> None:
    async def main() -> float:
        loop = asyncio.get_running_loop()
        began = loop.time()
        await asyncio.sleep(3600)
        return loop.time() - began

    began = time.monotonic()
    assert virtual.run(main(), limit_s=4000) == 3600
    assert time.monotonic() - began < 1800  # in this lane a moment may be long


def test_equal_moments_come_in_the_order_in_which_they_were_set() -> None:
    async def main() -> list[int]:
        seen: list[int] = []
        loop = asyncio.get_running_loop()
        for number in range(5):
            loop.call_later(1, seen.append, number)
        loop.call_later(0.5, seen.append, -1)
        await asyncio.sleep(1)
        return seen

    assert virtual.run(main()) == [-1, 0, 1, 2, 3, 4]


def test_asyncio_works_on_it() -> None:
    async def main() -> tuple[Any, ...]:
        lock, news = asyncio.Lock(), asyncio.Event()

        async def worker(number: int) -> int:
            async with lock:
                await asyncio.sleep(1)
            if number == 2:
                news.set()
            return number

        results = await asyncio.gather(*map(worker, range(3)))
        await news.wait()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(2):
                await asyncio.Event().wait()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.sleep(9), timeout=1)
        return (*results, asyncio.get_running_loop().time())

    assert virtual.run(main()) == (0, 1, 2, 6.0)


def test_a_cancelled_timer_never_rings() -> None:
    async def main() -> list[int]:
        seen: list[int] = []
        handles = [asyncio.get_running_loop().call_later(1, seen.append, number) for number in range(5000)]
        for handle in handles[:-1]:
            handle.cancel()
        await asyncio.sleep(2)
        return seen

    assert virtual.run(main()) == [4999]


def test_what_main_raises_is_raised() -> None:
    async def main() -> None:
        await asyncio.sleep(1)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        virtual.run(main())


def test_a_failing_callback_ends_the_simulation() -> None:
    async def main() -> None:
        asyncio.get_running_loop().call_later(1, lambda: 1 // 0)
        await asyncio.sleep(2)

    with pytest.raises(ZeroDivisionError):
        virtual.run(main())


def test_a_deadlock_says_who_waits_and_where() -> None:
    async def waits_in_vain() -> None:
        await asyncio.Event().wait()

    with pytest.raises(
        SimulationError, match=r"everybody waits(.|\n)*test_virtual_time\.py:\d+ waits_in_vain"
    ):
        virtual.run(waits_in_vain())


def test_a_loop_without_time_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    async def spins() -> None:
        while True:
            await asyncio.sleep(0)

    monkeypatch.setattr("chaos.runtimes.simulated.timeline.MOST_STEPS_PER_MOMENT", 1000)
    with pytest.raises(SimulationError, match="on and on without time passing"):
        virtual.run(spins())


def test_whoever_takes_too_long_is_named() -> None:
    async def never_done() -> None:
        while True:
            await asyncio.sleep(1)

    with pytest.raises(SimulationError, match=r"not done after 10 s(.|\n)*never_done"):
        virtual.run(never_done(), limit_s=10)


def test_what_is_left_is_closed_at_the_end() -> None:
    closed = []

    async def background() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            closed.append(True)

    async def main() -> None:
        task = asyncio.create_task(background())
        await asyncio.sleep(1)
        assert not task.done()

    virtual.run(main())
    assert closed == [True]


def start_a_thread() -> None:
    threading.Thread(target=int).start()


@pytest.mark.parametrize(
    "reach_out",
    [
        socket.socket,
        lambda: socket.getaddrinfo("localhost", 1),
        lambda: subprocess.Popen([sys.executable, "-V"]),
        lambda: asyncio.to_thread(print),
        lambda: asyncio.open_connection("localhost", 1),
        lambda: asyncio.get_running_loop().add_signal_handler(1, print),
        lambda: asyncio.create_subprocess_exec("true"),
        start_a_thread,
        lambda: time.sleep(0),
    ],
)
def test_the_real_world_is_out_of_reach(reach_out: Callable[[], Any]) -> None:
    async def main() -> None:
        result = reach_out()
        if asyncio.iscoroutine(result):
            await result

    with pytest.raises(OutsideWorldError, match=r"called by tests/simulation/test_virtual_time\.py:\d+"):
        virtual.run(main())
    socket.socket().close()  # and is back when the simulation is over
    start_a_thread()


def test_a_ctrl_c_that_a_node_swallows_counts_in_the_end() -> None:
    """So does one in a callback of SQLite's, or in a destructor; a sweep went on as if nothing had been."""
    usual, ended = signal.getsignal(signal.SIGINT), []

    async def main() -> None:
        with suppress(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        await asyncio.sleep(60)
        ended.append(True)

    with pytest.raises(KeyboardInterrupt):
        virtual.run(main())
    assert ended == [True]
    assert signal.getsignal(signal.SIGINT) is usual
