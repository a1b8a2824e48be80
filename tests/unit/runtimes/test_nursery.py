"""What the nursery forks is as good as a new program, and leaves as little behind."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, STDOUT
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import psutil
import pytest

from chaos.runtimes.nursery import POSSIBLE, ROOT, UNKNOWN, Forked, Nursery

pytestmark = pytest.mark.skipif(not POSSIBLE, reason="only Linux has what the nursery needs")

DEADLINE_S = 20.0
LIMIT = 1 << 16
TELL = "tests.unit.runtimes.telling"


@asynccontextmanager
async def a_child(nursery: Nursery, *words: str, **environment: str) -> AsyncIterator[Forked]:
    group = os.getpgid(0)
    child = await nursery.fork([TELL, *words], os.environ | environment, group, LIMIT)
    try:
        yield child
    finally:
        child.kill()
        async with asyncio.timeout(DEADLINE_S):
            await child.wait()


async def test_it_is_as_if_a_program_had_begun() -> None:
    environment = {"NAME": "n1", "PYTHONPATH": str(ROOT)}
    words = [sys.executable, "-m", TELL, "a", "b c"]
    usual = await asyncio.create_subprocess_exec(
        *words, stdin=DEVNULL, stdout=PIPE, stderr=STDOUT, env=os.environ | environment
    )
    expected, _ = await usual.communicate()
    assert b"a|b c" in expected
    async with a_child(Nursery(), "a", "b c", **environment) as child:
        assert b"".join([await child.stdout.readline() for _ in expected.splitlines()]) == expected
        assert child.returncode is None
        assert psutil.Process(child.pid).ppid() != os.getpid()


async def test_it_ends_by_the_end_of_its_input_and_is_buried() -> None:
    nursery = Nursery()
    async with a_child(nursery) as child:
        await child.stdout.readline()
        os.close(child._stdin)
        child._stdin = os.open(os.devnull, os.O_RDONLY)
        assert await asyncio.wait_for(child.wait(), DEADLINE_S) == UNKNOWN
        assert child.returncode == UNKNOWN
        await until(lambda: not psutil.pid_exists(child.pid))
        child.kill()  # nobody else can be hit by this


async def test_two_nodes_share_nothing_and_stand_still_alone() -> None:
    nursery = Nursery()
    async with a_child(nursery, NAME="n1") as one, a_child(nursery, NAME="n2") as other:
        one.send_signal(signal.SIGSTOP)
        await until(lambda: psutil.Process(one.pid).status() == psutil.STATUS_STOPPED)
        assert psutil.Process(other.pid).status() != psutil.STATUS_STOPPED
        assert [(await other.stdout.readline()).decode().strip() for _ in range(2)][1] == "n2"


async def test_a_nursery_that_was_killed_begins_again() -> None:
    nursery = Nursery()
    async with a_child(nursery) as first:
        assert nursery._process
        nursery._process.kill()
        nursery._process.wait()
        async with a_child(nursery) as second:
            assert first.returncode is None  # it has lost nobody
            assert second.returncode is None


async def test_a_group_that_is_gone_is_said_and_leaves_nobody() -> None:
    gone = await asyncio.create_subprocess_exec(sys.executable, "-c", "", process_group=0)
    await gone.wait()
    nursery = Nursery()
    with pytest.raises(OSError, match="group"):
        await nursery.fork([TELL], os.environ, gone.pid, LIMIT)
    assert nursery._process
    keeper = psutil.Process(nursery._process.pid)
    await until(lambda: not keeper.children())


async def test_what_breaks_at_once_has_said_why() -> None:
    async with a_child(Nursery(), "break") as child:
        async with asyncio.timeout(DEADLINE_S):
            said = await child.stdout.read()
        assert b"ZeroDivisionError" in said


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(DEADLINE_S):
        while not condition():
            await asyncio.sleep(0.01)
