"""Trying again: until a deadline, which moves on while something else moves."""

import asyncio

import pytest

from chaos.cluster import ClusterError, eventually
from tests.world.virtually import simulated


class Climbing:
    """Stands one step higher at every look, up to `top`; it is done at step `goal`."""

    def __init__(self, goal: int, top: int) -> None:
        self._goal, self._top = goal, top
        self.step = 0

    async def look(self) -> int:
        await asyncio.sleep(0.02)
        self.step = min(self._top, self.step + 1)
        if self.step < self._goal:
            raise ClusterError(f"at step {self.step}")
        return self.step


@simulated
async def test_a_deadline_stays_where_it_is() -> None:
    with pytest.raises(ClusterError, match="at step"):
        await eventually(Climbing(goal=30, top=30).look, 0.1)


@simulated
async def test_it_moves_on_while_somebody_moves() -> None:
    assert await eventually(Climbing(goal=8, top=8).look, 0.3, longest_s=60) == 8


@simulated
async def test_who_stands_still_is_given_up() -> None:
    climbing = Climbing(goal=8, top=3)
    with pytest.raises(ClusterError, match="at step 3"):
        await eventually(climbing.look, 0.3, longest_s=60)


@simulated
async def test_who_moves_for_ever_is_given_up_in_the_end() -> None:
    climbing = Climbing(goal=10_000, top=10_000)
    with pytest.raises(ClusterError, match="at step"):
        await asyncio.wait_for(eventually(climbing.look, 0.3, longest_s=0.5), 60)
