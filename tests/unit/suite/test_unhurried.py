"""In one process tests do not notice that the machine stood still, and wait no less."""

import asyncio
import time

import pytest

from tests.unit.unhurried import UnhurriedClock

STANDS_STILL_S = 0.2
SHORT_S = 0.05


def stand_still() -> None:
    time.sleep(STANDS_STILL_S)


async def in_a_few_steps() -> None:
    for _ in range(3):
        await asyncio.sleep(0)


async def test_no_deadline_passes_while_the_machine_stands_still() -> None:
    async with asyncio.timeout(SHORT_S):
        stand_still()
        await in_a_few_steps()


async def test_a_wait_is_as_long_as_it_says() -> None:
    began_s, clock = time.monotonic(), UnhurriedClock()
    before_s = clock.monotonic()
    await asyncio.sleep(SHORT_S)
    assert time.monotonic() - began_s >= SHORT_S - 0.001
    assert SHORT_S - 0.001 <= clock.monotonic() - before_s < SHORT_S + 0.1


async def test_who_never_waits_meets_the_deadline_too() -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(SHORT_S):
            while True:
                await asyncio.sleep(0)
