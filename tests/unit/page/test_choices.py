"""What can be done on the page: each order is there, and what cannot be done now says why."""

from typing import Any

import pytest

from chaos.cluster import CUT, LinkState
from chaos.page.drawn import picture
from chaos.page.orders import FAULTS, OTHERS
from tests.unit.page.seeing import follower, leader, node, running, seen, wire

ALL = (leader(), follower("n2"), follower("n3"))


def refusals(name: str, *accounts: Any, **about: Any) -> dict[str, str]:
    shown = picture(seen(*accounts, **about))
    return {choice.what: choice.why_not for choice in node(shown.nodes, name).choices}


def on_link(states: dict[str, LinkState], *accounts: Any) -> dict[tuple[str, str], str]:
    choices = wire(picture(seen(*accounts, states=states)).wires, "n1", "n2").choices
    return {(choice.what, choice.node): choice.why_not for choice in choices}


def test_every_choice_is_an_order_that_there_is() -> None:
    shown = picture(seen(*ALL))
    all_choices = [choice for node in shown.nodes for choice in node.choices]
    all_choices += [choice for wire in shown.wires for choice in wire.choices]
    named = {choice.what for choice in all_choices} - {"clocks", "disks"}  # always grey here
    assert {*FAULTS, *OTHERS} - named == {"heal"}  # it has a button of its own
    assert named <= {*FAULTS, *OTHERS}


def test_a_leader_is_not_promoted_and_a_follower_may_be() -> None:
    assert refusals("n1", *ALL)["promote"] == "n1 leads already."
    healthy = refusals("n2", *ALL)
    assert healthy["promote"] == "n1 leads and answers; kill or cut it off first, or hand over."
    assert healthy["hand-over"] == ""
    without = ({"node": "n1", "process": "dead"}, *ALL[1:])
    assert "There is no leader to hand over" in refusals("n2", *without)["hand-over"]
    assert refusals("n2", *without)["promote"] == ""
    assert "promote" not in refusals("g1", *ALL)


def test_whom_the_controller_does_not_hear_is_neither_promoted_nor_in_the_way() -> None:
    deaf = running("controller", "controller", leader="n1", watches={"n1": 0, "n2": 4, "n3": 0})
    assert refusals("n2", *ALL, deaf)["promote"] == ""  # n1 is cut off from it, whatever it says of itself
    assert refusals("n3", *ALL, deaf)["promote"] == "The controller does not hear from n3, so it cannot lead."
    assert "cannot hand over" in refusals("n2", *ALL, deaf)["hand-over"]
    gone = refusals("n2", *ALL, {"node": "controller", "process": "dead"})
    assert "The controller does not answer" in gone["promote"] and gone["hand-over"]
    assert refusals("n2", *ALL, coordination="election")["promote"] == ""  # who elects may be told to


@pytest.mark.parametrize(
    ("family", "role", "why"),
    [("multi-leader", "leader", "Every replica leads here."), ("leaderless", "home", "Nobody leads here")],
)
def test_where_nobody_is_promoted_it_says_so(family: str, role: str, why: str) -> None:
    accounts = [running(name, role) for name in ("n1", "n2", "n3")]
    about = {"family": family, "n": 3, "w": 2, "r": 2}
    assert why in refusals("n1", *accounts, **about)["promote"]


def test_the_dead_are_started_and_the_paused_go_on() -> None:
    dead = refusals("n3", *ALL[:2], {"node": "n3", "process": "dead"})
    assert dead["kill"] == "n3 is dead." and dead["restart"] == "" and dead["pause"]
    assert dead["isolate"] == "n3 is not running, so this would have no effect."
    paused = refusals("n3", *ALL[:2], {"node": "n3", "process": "paused"})
    assert paused["resume"] == "" and paused["pause"] == "n3 is paused already." and paused["kill"] == ""
    assert refusals("n3", *ALL)["resume"] == "n3 is not paused."


def test_clocks_and_disks_are_grey_where_machines_have_none() -> None:
    assert "Only simulated machines" in refusals("n1", *ALL)["clocks"]
    both = frozenset({"clocks", "disks"})
    assert "clocks" not in refusals("n1", *ALL, abilities=both)


def test_who_lacks_what_another_has_is_not_promoted() -> None:
    accounts = ({"node": "n1", "process": "dead"}, follower("n2", behind=3), follower("n3"))
    assert refusals("n2", *accounts)["promote"].startswith("n3 has a newer log; promote n3")
    assert refusals("n3", *accounts)["promote"] == ""
    assert refusals("n2", *accounts, coordination="election")["promote"] == ""


def test_a_clock_that_is_right_and_a_disk_with_room_are_not_mended() -> None:
    both = frozenset({"clocks", "disks"})
    fine = {"clock_is_right": True, "disk_has_room": True}
    healthy = refusals("n1", leader(machine=fine), *ALL[1:], abilities=both)
    assert healthy["clock-right"] == "The clock of n1 is right." and healthy["clock-ahead"] == ""
    assert healthy["disk-free"] == "The disk of n1 has room." and healthy["disk-full"] == ""
    ill = {"clock_is_right": False, "disk_has_room": False}
    struck = refusals("n1", leader(machine=ill), *ALL[1:], abilities=both)
    assert struck["clock-right"] == struck["disk-free"] == ""
    assert struck["disk-full"] == "The disk of n1 is full already."


def test_what_a_link_suffers_already_is_not_done_again() -> None:
    assert on_link({}, *ALL)[("heal-link", "n1")] == "Nothing is wrong with it."
    assert on_link({}, *ALL)[("cut", "n1")] == ""
    cut = on_link({"n1-n2": CUT, "n2-n1": CUT}, *ALL)
    assert cut[("cut", "n1")] == "It is cut already." and cut[("heal-link", "n1")] == ""
    one_way = on_link({"n1-n2": CUT}, *ALL)
    assert one_way[("cut-one-way", "n1")] and one_way[("cut", "n1")] == one_way[("cut-one-way", "n2")] == ""
    lossy = {"n2-n1": LinkState(cut_replies=True)}
    assert "Heal it first" in on_link(lossy, *ALL)[("slow", "n1")]
    assert "Heal it first" in refusals("n1", *ALL, states=lossy)["slow-all"]
    assert refusals("n3", *ALL, states=lossy)["slow-all"] == ""
    dead = on_link({}, *ALL[:1], {"node": "n2", "process": "dead"}, ALL[2])
    assert dead[("slow", "n1")] == "n2 is dead, so this would have no effect."


@pytest.mark.parametrize(
    ("state", "why"),
    [
        (CUT, "It is cut, and a link shows one fault at a time. Heal it first."),
        (
            LinkState(cut_requests=True),
            "It loses requests, and a link shows one fault at a time. Heal it first.",
        ),
        (
            LinkState(cut_replies=True),
            "It loses answers, and a link shows one fault at a time. Heal it first.",
        ),
        (LinkState(refused=True), "That is so already."),
        (LinkState(latency_s=0.3), ""),
    ],
)
def test_why_connections_are_not_refused_and_what_to_do(state: LinkState, why: str) -> None:
    found = on_link({"n1-n2": state}, *ALL)
    assert (found[("refuse", "n1")], found[("refuse", "n2")]) == (why, "")
