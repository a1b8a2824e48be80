"""What the page shows of a cluster: a pure function of what the nodes said."""

from typing import Any

import pytest

from chaos.cluster import CUT, LinkState
from chaos.page.drawn import picture
from tests.unit.page.seeing import follower, leader, node, running, seen, wire

HEALTHY = (leader(synchronous="n2"), follower("n2"), follower("n3", behind=5))


def test_a_healthy_cluster_with_one_leader() -> None:
    shown = picture(seen(*HEALTHY))
    assert (shown.headline, shown.alarm, shown.wrong) == ("n1 leads, epoch 1.", False, ())
    first, second, third = (node(shown.nodes, name) for name in ("n1", "n2", "n3"))
    assert (first.state, first.lines, first.badge, first.bar) == ("leader", ("epoch 1", "at 1.7"), "", None)
    assert second.badge == "synchronous" and second.bar and second.bar.share == 0
    assert third.badge == "" and third.bar and third.bar.words == "5 entries behind"
    assert 0 < third.bar.share < 1
    assert node(shown.nodes, "g1").lines == ("leader: n1",)
    assert {each.name: each.kind for each in shown.nodes}["controller"] == "controller"


def test_who_is_as_far_as_its_leader_lacks_nothing() -> None:
    """The leader may not have heard yet what the follower has."""
    unheard = {"behind": {"positions": 5, "seconds": 9.0}}
    shown = picture(seen(leader(), {**follower("n2"), **unheard}, follower("n3", behind=2)))
    bars = [node(shown.nodes, name).bar for name in ("n2", "n3")]
    assert [each and (each.share == 0, each.words) for each in bars] == [
        (True, "nothing is missing"),
        (False, "2 entries behind"),
    ]


def test_who_is_synchronous_depends_on_the_rule() -> None:
    for rule, badges in (("async", ["", ""]), ("sync", ["synchronous", ""]), ("quorum-ack", ["", ""])):
        shown = picture(seen(leader(caught_up=["n2"]), *HEALTHY[1:], replication=rule))
        assert [node(shown.nodes, name).badge for name in ("n2", "n3")] == badges, rule


def test_two_who_say_that_they_lead_are_an_alarm() -> None:
    shown = picture(seen(leader(), leader("n2", 2), follower("n3", 2)))
    assert shown.headline == "n1 (epoch 1) and n2 (epoch 2) each say that they lead."
    assert shown.alarm and shown.because == "It is a split brain only if both acknowledge writes."


def test_where_nobody_leads_it_says_so() -> None:
    shown = picture(seen({"node": "n1", "process": "dead"}, follower("n2"), follower("n3")))
    assert (shown.headline, shown.alarm) == ("Nobody leads.", True)
    assert shown.wrong == ("n1 is dead",)
    assert node(shown.nodes, "n1").state == "dead"


DEAD, PAUSED = {"node": "n1", "process": "dead"}, {"node": "n2", "process": "paused"}


@pytest.mark.parametrize(
    ("about", "why"),
    [
        (
            {},
            "n3 may not lead alone: promotion needs answers from 2 of 3 replicas, "
            "or an acknowledged write could be missing.",
        ),
        ({"replication": "sync"}, ""),  # every replica has what was acknowledged; so it may be under way
        ({"coordination": "election"}, "An election needs 2 votes of 3; only n3 answers."),
        (
            {"replication": "sync", "coordination": "manual"},
            "Nobody is promoted until an operator orders it.",
        ),
    ],
)
def test_why_nobody_leads_is_said_where_it_is_known(about: dict[str, Any], why: str) -> None:
    watching = running("controller", "controller", leader="n1", watches={"n1": 0, "n2": 0, "n3": 4})
    assert picture(seen(DEAD, PAUSED, follower("n3"), watching, **about)).because == why
    gone = {"node": "controller", "process": "dead"}
    alone = picture(seen(DEAD, PAUSED, follower("n3"), gone, **about)).because
    assert ("The controller does not answer" in alone) is (about.get("coordination") != "election")


def test_the_controller_is_quoted_where_enough_replicas_answer() -> None:
    said = {"why_nobody": "the lease of n1 must end first, in 0.3 s at most"}
    watching = running("controller", "controller", watches={"n1": 0, "n2": 4, "n3": 4}, **said)
    shown = picture(seen(DEAD, follower("n2"), follower("n3"), watching))
    assert shown.because == "The lease of n1 must end first, in 0.3 s at most."


@pytest.mark.parametrize(
    ("account", "state", "wrong"),
    [
        ({"process": "paused"}, "paused", "n3 is paused"),
        ({"process": "running", "error": "no answer"}, "silent", "n3 does not answer"),
    ],
)
def test_who_does_not_answer_is_no_follower(account: dict[str, str], state: str, wrong: str) -> None:
    shown = picture(seen(leader(), follower("n2"), {"node": "n3", **account}))
    assert node(shown.nodes, "n3").state == state
    assert shown.wrong == (wrong,)


def test_each_partition_has_a_leader() -> None:
    layout = (leader(partition=1), follower("n2", partition=1), follower("n3", partition=2))
    shown = picture(seen(*layout))
    assert shown.headline == "Partition 1: n1 leads, epoch 1. Partition 2: nobody leads."
    assert shown.alarm and node(shown.nodes, "n3").partition == 2


def test_several_leaders_show_what_they_know_and_lack() -> None:
    known = {"n1": 3, "n2": 2}
    leaders = (
        running("n1", "leader", origins=known, conflicts=1, siblings=1),
        running("n2", "leader", origins={"n2": 2}),
        running("n3", "leader", origins={}),
        running("phone", "device", origins=known),
    )
    places = [["n1", "g1"], ["n2", "n3", "g2"]]
    about: dict[str, Any] = {
        "family": "multi-leader",
        "conflicts": "record",
        "topology": "ring",
        "datacenters": places,
    }
    shown = picture(seen(*leaders, devices=("phone",), **about))
    assert shown.headline == "n1, n2 and n3 lead: each takes writes."
    assert node(shown.nodes, "n1").lines == ("n1:3 n2:2", "1 key with several values")
    assert node(shown.nodes, "n1").badge == "1 conflict"
    bars = [node(shown.nodes, name).bar for name in ("n1", "n2", "n3")]
    assert [each and each.words for each in bars] == [
        "nothing is missing",
        "3 changes not heard of yet",
        "5 changes not heard of yet",
    ]
    assert node(shown.nodes, "phone").kind == "device"
    assert [place.nodes for place in shown.places] == [("n1", "g1"), ("n2", "n3", "g2")]


def test_with_several_leaders_a_gateway_shows_whose_clients_its_are() -> None:
    leaders = [running(name, "leader", origins={}) for name in ("n1", "n2", "n3")]
    doors = [
        running("g1", "gateway", leader="n1"),
        running("g2", "gateway", leader="n3", datacenter="dc2"),
    ]
    shown = picture(seen(*leaders, *doors, family="multi-leader"))
    assert [node(shown.nodes, name).lines for name in ("g1", "g2")] == [
        ("leader: n1",),
        ("leader: n3", "in dc2"),
    ]
    by_record = picture(seen(*leaders, *doors, family="multi-leader", home="record"))
    assert node(by_record.nodes, "g1").lines == ("a leader for each key",)


def test_homes_show_their_hints() -> None:
    homes = (
        running("n1", "home", keys=2, hints=1, mark="abc"),
        running("n2", "home", keys=1, hints=0, mark="abd"),
        {"node": "n3", "process": "dead"},
        running("g1", "gateway", under_way=2),
    )
    shown = picture(seen(*homes, family="leaderless", n=3, w=2, r=1))
    assert shown.headline == "No leader: a write needs 2 of a key's 3 homes, a read 1."
    first = node(shown.nodes, "n1")
    assert (first.lines, first.badge) == (("2 keys", "abc"), "1 hint")
    assert first.bar and first.bar.words == "keeps 1 write for others"
    assert node(shown.nodes, "g1").lines == ("2 messages under way",)


@pytest.mark.parametrize(
    ("state", "kind", "words"),
    [
        (CUT, "cut", "What n1 asks of n2 vanishes, and nobody is told."),
        (LinkState(cut_requests=True), "lose-request", "What n1 asks of n2 never arrives."),
        (
            LinkState(cut_replies=True),
            "lose-reply",
            "What n1 asks of n2 is done, but the answers are lost.",
        ),
        (LinkState(latency_s=0.3), "slow", "What n1 asks of n2 takes 300 ms longer."),
        (LinkState(refused=True), "refused", "n2 refuses the connections of n1."),
    ],
)
def test_a_line_shows_what_is_wrong_with_it(state: LinkState, kind: str, words: str) -> None:
    shown = picture(seen(*HEALTHY, states={"n1-n2": state}))
    there, back = wire(shown.wires, "n1", "n2").ways
    assert (there.link, there.state, there.words) == ("n1-n2", kind, words)
    assert (back.link, back.state) == ("n2-n1", "whole")
    assert shown.wrong == ("1 link is not healthy",)


def test_both_ways_are_one_line_and_switches_count_only_where_they_are_used() -> None:
    shown = picture(seen(*HEALTHY))
    assert len(shown.wires) == 3 + 6 + 5
    assert len(wire(shown.wires, "controller", "n1").ways) == 2
    ways = wire(picture(seen(*HEALTHY, stonith=True)).wires, "controller", "n1").ways
    assert [way.target for way in ways] == ["n1", "controller", "n1-oob"]


def test_timers_are_rings_that_empty() -> None:
    fresh, late = leader(timers={"lease": 4}), follower("n2")
    watching = running("controller", "controller", epoch=1, leader="n1", watches={"n1": 4, "n2": 1})
    shown = picture(seen(fresh, late, {"node": "n3", "process": "paused"}, watching))
    rings = {each.name: {ring.kind: (ring.share, ring.words) for ring in each.rings} for each in shown.nodes}
    assert rings["n1"] == {
        "lease": (1.0, "its lease is renewed in time"),
        "detection": (1.0, "n1 was heard in time"),
    }
    assert rings["n2"] == {"detection": (0.25, "n2 is silent, and taken for dead in a moment")}
    assert rings["n3"] == rings["g1"] == {}


def test_a_follower_that_elects_waits_for_its_leader() -> None:
    shown = picture(seen(leader(), follower("n2", timers={"detection": 0}), follower("n3")))
    [ring] = node(shown.nodes, "n2").rings
    assert (ring.kind, ring.share, ring.words) == ("detection", 0.0, "its leader is taken for dead")
