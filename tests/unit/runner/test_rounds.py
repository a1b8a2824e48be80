"""A problem that depends on who comes first is played until its anomaly has been seen; a remedy once."""

from pathlib import Path
from typing import Any, cast

import pytest

from chaos.history import History
from chaos.running.judgement import has_shown
from chaos.running.run import MOST_ROUNDS, Run
from scenarios.overtaking import SCENARIO as OVERTAKING


@pytest.mark.parametrize(
    ("must_show", "seen", "rounds"),
    [
        (False, [], 1),
        (True, [True], 1),
        (True, [False, False, True], 3),
        (True, [False] * MOST_ROUNDS, MOST_ROUNDS),
    ],
)
async def test_how_often(must_show: bool, seen: list[bool], rounds: int) -> None:
    told: list[str] = []
    looks = iter(seen)
    nobody = cast(Any, None)
    run = Run(nobody, nobody, nobody, lambda text, tone: told.append(text), must_show, lambda: next(looks))
    assert [number async for number in run.rounds()] == list(range(1, rounds + 1))
    assert len(told) == seen.count(False)
    assert not list(looks)


ARRIVAL_ORDER = next(each for each in OVERTAKING.variants if each.name == "arrival-order")


KNOWN = Path(__file__).parents[2] / "histories" / "causality"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("found-answer-without-question", True),
        ("not-found-question-first", False),
        ("unknown-only-failed", True),  # more of the same makes nobody wiser
    ],
)
def test_it_goes_by_what_the_checkers_find_so_far(name: str, shown: bool) -> None:
    history = History.load(KNOWN / f"{name}.jsonl")
    assert has_shown(OVERTAKING, ARRIVAL_ORDER, lambda: history) is shown
