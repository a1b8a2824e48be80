"""A problem that depends on who comes first is played until its anomaly has been seen; a remedy once."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from chaos.cluster import Event
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


def test_what_an_earlier_run_on_the_same_cluster_logged_is_not_of_this_one() -> None:
    """A script that waited for a line of a log went on at once where an earlier variant had had the same."""
    lines = [Event(time_s, node, "hints-expired", {}) for time_s, node in ((3.0, "n1"), (7.0, "n2"))]
    cluster, nobody = cast(Any, SimpleNamespace(events=lambda: lines)), cast(Any, None)
    run = Run(cluster, nobody, nobody, lambda text, tone: None, began_s=5.0)
    assert [line.node for line in run.logged(name="hints-expired")] == ["n2"]
    assert run.logged(name="hints-expired", node="n1") == []
