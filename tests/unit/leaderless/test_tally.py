"""Answers in any order: enough, pending or hopeless, what is certain, and who is to be repaired."""

from hypothesis import given
from hypothesis import strategies as st

from services.leaderless.tally import Tally
from services.messages.versions import Stamp, Version
from services.versions.merging import last_write_wins

HOMES = ("n1", "n2", "n3", "n4", "n5")
OLD, NEW = (Version(Stamp(1, "g1"), "old"),), (Version(Stamp(2, "g2"), "new"),)

outcomes = st.sampled_from(["answer", "refusal", "doubt"])
rounds = st.tuples(st.integers(1, 5), st.permutations(HOMES), st.lists(outcomes, min_size=5, max_size=5))


@given(rounds)
def test_it_is_told_as_soon_as_nothing_can_change_it(given_: tuple[int, list[str], list[str]]) -> None:
    needed, order, came = given_
    tally = Tally(HOMES, needed)
    for at, (home, outcome) in enumerate(zip(order, came, strict=True), 1):
        was = tally.verdict if tally.told else None
        tally = tally.plus(home) if outcome == "answer" else tally.minus(home, outcome == "refusal")
        so_far, to_come = came[:at].count("answer"), len(HOMES) - at
        assert tally.missing == to_come == len(tally.unheard)
        assert (tally.verdict == "enough") == (so_far >= needed)
        assert (tally.verdict == "hopeless") == (so_far + to_come < needed)
        assert was in (None, tally.verdict)
    assert tally.told
    assert tally.certainly_nothing == (came == ["refusal"] * 5)


@given(rounds)
def test_nobody_is_told_of_doubt_that_may_still_turn_into_certainty(
    given_: tuple[int, list[str], list[str]],
) -> None:
    needed, order, came = given_
    tally = Tally(HOMES, needed)
    for home, outcome in zip(order, came, strict=True):
        tally = tally.plus(home) if outcome == "answer" else tally.minus(home, outcome == "refusal")
        if tally.told and tally.verdict == "hopeless":
            assert tally.certainly_nothing or tally.answers or not all(tally.failures.values())
            break


def test_whoever_answered_with_less_is_repaired() -> None:
    tally = Tally(HOMES[:3], 2).plus("n1", OLD).plus("n2", NEW).plus("n3")
    assert tally.newest(last_write_wins) == NEW
    assert tally.repairs(last_write_wins) == {"n1": NEW, "n3": NEW}


def test_nobody_is_repaired_where_all_agree() -> None:
    tally = Tally(HOMES[:3], 2).plus("n1", NEW).plus("n2", NEW).minus("n3", definite=True)
    assert tally.repairs(last_write_wins) == {}
