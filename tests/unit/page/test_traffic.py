"""What moved between two looks, from what nodes have counted."""

from chaos.page.traffic import Moved, counted, moved
from tests.unit.page.seeing import follower, leader, seen


def test_what_was_sent_since_the_look_before() -> None:
    before = seen(leader(sent={"n2": (10, 4), "n3": (7, 4)}), follower("n2", sent={"n1": (1, 0)}))
    now = seen(leader(epoch=3, sent={"n2": (16, 6), "n3": (7, 4)}), follower("n2", sent={"n1": (3, 0)}))
    assert moved(now, counted(before)) == (Moved("n1", "n2", 6, 2, 3), Moved("n2", "n1", 2, 0))


def test_the_first_look_moves_nothing_and_who_starts_again_counts_anew() -> None:
    now = seen(leader(sent={"n2": (3, 1)}))
    assert moved(now, {}) == ()
    assert moved(now, {("n1", "n2"): (90, 50)}) == (Moved("n1", "n2", 3, 1, 1),)


def test_who_does_not_answer_has_told_nothing() -> None:
    gone = {"node": "n2", "process": "dead", "sent": {"n1": (5, 5)}}
    assert moved(seen(leader(), gone), {("n2", "n1"): (1, 1)}) == ()
