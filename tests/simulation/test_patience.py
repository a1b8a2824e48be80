"""Many callers share an alarm, and each is told at its own moment."""

import asyncio

from chaos.cluster import ClockState
from chaos.runtimes.simulated import virtual
from chaos.runtimes.simulated.patience import Patience
from services.errors import LabError
from tests.world.virtually import simulated


def limit(patience: Patience, timeout_s: float) -> "asyncio.Future[float]":
    """The moment at which a call without an answer ends that begins now."""
    lab = virtual.lab_loop()
    reply = lab.create_future()
    patience.limit(reply, "n1", timeout_s)

    async def ends() -> float:
        try:
            await reply
        except LabError as error:
            assert str(error) == f"timed-out: n1 did not answer within {timeout_s:g} s"
        return lab.timeline.now_s

    return asyncio.ensure_future(ends())


@simulated
async def test_each_runs_out_at_its_own_moment() -> None:
    patience = Patience(virtual.lab_loop())
    calls: list[asyncio.Future[float]] = []
    for _ in range(3):
        calls += limit(patience, 5), limit(patience, 1)
        await asyncio.sleep(2)
    assert await asyncio.gather(*calls) == [5, 1, 7, 3, 9, 5]


@simulated
async def test_what_was_answered_is_left_alone_and_the_next_one_is_not_forgotten() -> None:
    lab = virtual.lab_loop()
    patience, answered = Patience(lab), lab.create_future()
    patience.limit(answered, "n1", 5)
    await asyncio.sleep(1)
    last = limit(patience, 5)
    answered.set_result("in time")
    assert await last == 6
    assert await limit(patience, 5) == 11, "after everybody was told there is an alarm again"


@simulated
async def test_a_clock_that_runs_fast_shortens_what_begins_now() -> None:
    lab = virtual.lab_loop()
    patience = Patience(lab)
    before = limit(patience, 4)
    await asyncio.sleep(0)
    lab.clock.set(ClockState(rate=2))
    assert await limit(patience, 4) == 2
    assert await before == 4
