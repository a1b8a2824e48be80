"""Whether a position has come, is to come, or was lost; and waiting for it."""

import asyncio

import pytest

from services.messages import Position
from services.single_leader.reads.arrivals import Arrivals, whereabouts
from services.store.reach import Reach


@pytest.mark.parametrize(
    ("wanted", "nearest", "last", "where"),
    [
        ((1, 5), (1, 5), (1, 5), "here"),
        ((1, 5), (1, 5), (1, 9), "here"),
        ((1, 5), (1, 5), (2, 9), "here"),
        ((1, 5), (1, 4), (1, 4), "to-come"),
        ((2, 5), (1, 4), (1, 4), "to-come"),
        ((2, 5), (1, 5), (1, 9), "to-come"),  # a tail of epoch 1 that will be taken back
        ((1, 50), (1, 40), (2, 41), "lost"),  # epoch 2 begins where epoch 1 had gone on
        ((1, 50), (1, 40), (2, 90), "lost"),
        ((1, 50), (1, 49), (1, 51), "lost"),  # nobody ever gave it
        ((3, 5), (0, 0), (3, 90), "here"),  # trimmed, and of an epoch that went on
        ((1, 5), (0, 0), (3, 90), "lost"),  # trimmed, and nobody knows whose it was
    ],
)
def test_the_epoch_decides(
    wanted: tuple[int, int], nearest: tuple[int, int], last: tuple[int, int], where: str
) -> None:
    log = Reach(Position(3, 10) if last == (3, 90) else Position(1, 1), Position(*last))
    assert whereabouts(Position(*wanted), Position(*nearest), log) == where


async def test_waiting_ends_with_the_news() -> None:
    arrivals, come = Arrivals(), [False]
    waiting = asyncio.create_task(arrivals.until(lambda: come[0], within_s=5))
    await asyncio.sleep(0)
    arrivals.announce()
    await asyncio.sleep(0)
    assert not waiting.done()
    come[0] = True
    arrivals.announce()
    assert await waiting is True


async def test_waiting_ends_with_patience_and_with_an_error() -> None:
    arrivals = Arrivals()
    assert await arrivals.until(lambda: True, within_s=0.01) is True
    assert await arrivals.until(lambda: False, within_s=0.01) is False
    with pytest.raises(ZeroDivisionError):
        await arrivals.until(lambda: 1 // 0 == 0, within_s=5)
