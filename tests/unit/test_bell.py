"""A bell is heard by whoever listens, or will listen before it is silenced; and nobody need wait for ever."""

import asyncio

from services.bell import Bell
from tests.world.virtually import simulated


@simulated
async def test_a_listener_hears_it() -> None:
    bell = Bell()
    asyncio.get_running_loop().call_later(3, bell.ring)
    assert await bell.rung()
    assert await bell.rung(within_s=0), "it has rung, and nobody has silenced it"


@simulated
async def test_it_was_rung_before() -> None:
    bell = Bell()
    bell.ring()
    assert await bell.rung(within_s=1)
    bell.silence()
    assert not await bell.rung(within_s=1)


@simulated
async def test_patience_ends() -> None:
    bell, loop = Bell(), asyncio.get_running_loop()
    began_s = loop.time()
    assert not await bell.rung(within_s=2)
    assert loop.time() == began_s + 2


@simulated
async def test_who_listened_in_vain_hears_the_next_one() -> None:
    bell = Bell()
    assert not await bell.rung(within_s=1)
    asyncio.get_running_loop().call_later(1, bell.ring)
    assert await bell.rung(within_s=5)


@simulated
async def test_a_listener_that_was_broken_off_is_not_missed() -> None:
    bell = Bell()
    listening = asyncio.ensure_future(bell.rung(within_s=9))
    await asyncio.sleep(1)
    listening.cancel()
    await asyncio.sleep(0)
    bell.ring()
    assert await bell.rung()


async def test_it_rings_in_real_time_too() -> None:
    bell = Bell()
    asyncio.get_running_loop().call_soon(bell.ring)
    assert await bell.rung(within_s=60)
