"""A replica with a stated capacity serves one request after the other; long waits it refuses."""

import asyncio

import pytest

from chaos.runtimes.simulated import virtual
from services.errors import LabError
from services.replica.capacity import LONGEST_WAIT_S, Capacity
from tests.world.virtually import simulated

PER_S = 100


@simulated
async def test_each_waits_for_those_before_it() -> None:
    clock = virtual.lab_loop().clock
    capacity, began, ended = Capacity(clock), clock.monotonic(), []

    async def one() -> None:
        await capacity.served(PER_S)
        ended.append(round(clock.monotonic() - began, 6))

    await asyncio.gather(*(one() for _ in range(5)))
    assert ended == [0.01, 0.02, 0.03, 0.04, 0.05]


@simulated
async def test_who_would_wait_too_long_is_refused_without_effect() -> None:
    capacity = Capacity(virtual.lab_loop().clock)
    some = [capacity.served(PER_S) for _ in range(100)]
    results = await asyncio.gather(*some, return_exceptions=True)
    refused = [result for result in results if isinstance(result, LabError)]
    assert len(results) - len(refused) == pytest.approx(LONGEST_WAIT_S * PER_S, abs=2)
    assert all(error.kind.code == "overloaded" and error.definite for error in refused)


@simulated
async def test_without_a_capacity_nobody_waits() -> None:
    clock = virtual.lab_loop().clock
    began = clock.monotonic()
    await Capacity(clock).served(None)
    assert clock.monotonic() == began
