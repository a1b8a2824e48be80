"""Of the requests on one stream each is given up when its own time is over: not before, nor much later."""

import asyncio
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.adapters.stream import Stream
from services.errors import LabError
from tests.world.virtually import simulated

NEVER_S, LONGEST_S = 99.0, 2.0
TICK_S, ROUNDING_S = 0.001, 1e-9
MOMENTS_S = st.integers(1, 20).map(lambda tenths: tenths / 10)


def now_s() -> float:
    return asyncio.get_running_loop().time()


def note(ended_s: dict[int, float], number: int, _: object) -> None:
    ended_s[number] = now_s()


@given(st.lists(st.tuples(MOMENTS_S, MOMENTS_S | st.just(NEVER_S)), max_size=8))
def test_each_has_its_own_patience(asked: list[tuple[float, float]]) -> None:
    """`asked`: how long after the one before, and with how much patience."""

    @simulated
    async def each() -> None:
        stream = Stream("n2", "secret", asyncio.get_running_loop())
        began_s, ended_s, answers = [], dict[int, float](), []
        for number, (pause_s, timeout_s) in enumerate(asked):
            await asyncio.sleep(pause_s)
            began_s.append(now_s())
            answers.append(stream.ask(b"{}", timeout_s))
            answers[-1].add_done_callback(partial(note, ended_s, number))
        await asyncio.sleep(LONGEST_S + TICK_S)
        took_s = {number: end_s - began_s[number] for number, end_s in ended_s.items()}
        wanted_s = {number: timeout_s for number, (_, timeout_s) in enumerate(asked) if timeout_s < NEVER_S}
        assert took_s == pytest.approx(wanted_s, abs=2 * TICK_S)
        assert all(took_s[number] >= wanted_s[number] - ROUNDING_S for number in wanted_s)
        await stream.close()
        assert all(isinstance(answer.exception(), LabError) for answer in answers)

    each()
