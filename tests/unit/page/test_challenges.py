"""Every challenge can be solved, and not by doing nothing; who does not reach it gets a hint."""

from collections import Counter

import msgspec
import pytest

from chaos.page.orders import Order
from chaos.page.simulated.challenges import CHALLENGES, answered
from chaos.page.simulated.plan import Struck
from chaos.page.simulated.shooting import reel

HARMLESS = (Struck(1000, Order("slow", "controller", "g2")),)


def test_there_are_six_two_of_each_family() -> None:
    assert Counter(each.family for each in CHALLENGES.values()) == {
        "single-leader": 2,
        "multi-leader": 2,
        "leaderless": 2,
    }


@pytest.mark.parametrize("name", CHALLENGES)
def test_it_is_solved_by_its_solution_and_not_by_doing_nothing(name: str) -> None:
    challenge = CHALLENGES[name]
    idle = answered(challenge, reel(challenge.plan), 0)
    assert idle.solved is False and idle.sentence == challenge.task
    struck = reel(challenge.solved_plan)
    assert [each for each in struck.film.struck if not each.done] == []
    solved = answered(challenge, struck, 1)
    assert solved.solved and solved.proof.witnesses and solved.hint == ""
    assert struck.film.family == challenge.family


def test_who_does_not_reach_it_gets_a_hint_and_then_a_plainer_one() -> None:
    challenge = CHALLENGES["vanish"]
    struck = reel(msgspec.structs.replace(challenge.plan, strikes=HARMLESS))
    told = [answered(challenge, struck, tries) for tries in (1, 2, 3, 9)]
    assert [each.solved for each in told] == [False] * 4
    assert tuple(each.hint for each in told) == (*challenge.hints, challenge.hints[-1])
    assert told[0].sentence == "Not yet: no write lost."


@pytest.mark.parametrize("name", CHALLENGES)
def test_what_a_page_is_told_beforehand_does_not_give_the_answer_away(name: str) -> None:
    challenge = CHALLENGES[name]
    told = msgspec.json.encode(challenge.told).decode()
    assert challenge.why not in told and not any(hint in told for hint in challenge.hints)
    assert '"strikes":[]' in told and challenge.told["means"]
