"""What was done by hand becomes a schedule: each fault with its time since the first, and its length."""

import pytest

from chaos.page.deeds import Deed, done_by
from chaos.page.orders import FAULTS, OTHERS, Order
from chaos.schedules.schedule import Stroke

PEERS = {"n1": ("n2", "n3", "g1"), "n2": ("n1", "n3", "g1")}


def told(*deeds: tuple[float, str, str, str], until_s: float = 100.0) -> list[str]:
    done = [Deed(Order(what, node, other), at_s, at_s + 0.5) for at_s, what, node, other in deeds]
    return [str(each) for each in done_by(done, until_s, lambda node: PEERS[node])]


def test_a_cut_lasts_until_its_link_is_healed_from_either_end() -> None:
    assert told((10.0, "cut", "n1", "n2"), (14.25, "heal-link", "n2", "n1")) == [
        "0.000 s, for 4.250 s: n1 is cut off from n2"
    ]


def test_who_was_cut_off_from_everyone_comes_back_link_by_link() -> None:
    assert told((0, "isolate", "n1", ""), (1, "heal-link", "n1", "n2"), (3, "heal", "", "")) == [
        "0.000 s, for 1.000 s: n1 is cut off from n2",
        "0.000 s, for 3.000 s: n1 is cut off from n3, g1",
    ]


def test_who_is_cut_off_with_somebody_still_reaches_him() -> None:
    assert told((0, "partition", "n1", "n2"), (2, "heal", "", "")) == [
        "0.000 s, for 2.000 s: n1 is cut off from n3, g1",
        "0.000 s, for 2.000 s: n2 is cut off from n3, g1",
    ]


def test_all_links_of_a_node_are_healed_and_others_stay_struck() -> None:
    deeds = ((0, "slow-all", "n1", ""), (1, "cut", "n2", "n3"), (2, "heal-links", "n1", ""))
    assert told(*deeds, until_s=5) == [
        "0.000 s, for 2.000 s: links between n1 and n2, n3, g1 are slow by 300 ms",
        "since 1.000 s, still in force: n2 is cut off from n3",
    ]


def test_whoever_is_killed_is_not_paused_any_more_and_a_restart_brings_him_back() -> None:
    deeds = ((0, "pause", "n1", ""), (2, "kill", "n1", ""), (5, "restart", "n1", ""))
    assert told(*deeds) == ["0.000 s, for 2.000 s: paused: n1", "2.000 s, for 3.000 s: dead: n1"]


def test_a_restart_of_somebody_alive_is_a_short_death() -> None:
    assert told((0, "cut", "n1", "n2"), (1, "restart", "n3", ""), (2, "heal", "", ""))[1:] == [
        "1.000 s, for 0.500 s: dead: n3"
    ]


def test_what_is_so_already_does_not_begin_again() -> None:
    deeds = ((0, "cut", "n1", "n2"), (1, "isolate", "n1", ""), (4, "heal", "", ""))
    assert told(*deeds) == [
        "0.000 s, for 4.000 s: n1 is cut off from n2",
        "1.000 s, for 3.000 s: n1 is cut off from n3, g1",
    ]


def test_orders_have_no_length() -> None:
    assert told((0, "promote", "n2", ""), (1, "hand-over", "n3", "")) == [
        "0.000 s: an operator orders: n2 is promoted",
        "1.000 s: an operator orders: leader hands over to n3",
    ]


@pytest.mark.parametrize("what", sorted(FAULTS))
def test_every_fault_of_the_page_can_be_written_down(what: str) -> None:
    done = done_by([Deed(Order(what, "n1", "n2"), 0, 1)], 3, lambda node: PEERS[node])
    assert done
    for stroke, is_in_force in done:
        assert isinstance(stroke, Stroke) and is_in_force and (stroke.at_ms, stroke.for_ms) == (0, 3000)


@pytest.mark.parametrize("what", sorted(set(OTHERS) - {"promote", "hand-over", "restart"}))
def test_every_cure_of_the_page_ends_something(what: str) -> None:
    fault = "pause" if what == "resume" else "cut"
    assert len(told((0, fault, "n1", "n2"), (2, what, "n1", "n2"))) == 1
    assert "for 2.000 s" in told((0, fault, "n1", "n2"), (2, what, "n1", "n2"))[0]


def test_nothing_done_is_no_stroke() -> None:
    assert told() == []
