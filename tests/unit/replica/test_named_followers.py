"""Replication follower by follower: what one types, for whom a leader waits, what a failover counts on."""

from typing import Any

import pytest

from chaos.by_hand.waiting import rules
from chaos.catalogue.names import UnknownNameError
from chaos.targets.replication import settings_for
from services.messages import START
from services.settings import settings_of
from services.settings.single_leader import SingleLeaderSettings
from services.single_leader.acknowledgement import FollowerView, enough_promises, waited_for
from services.single_leader.confirming import Confirming
from services.single_leader.lag import CommitTimes
from services.single_leader.shipping import Follower
from tests.world.alone import ports
from tests.world.peers import Peers
from tests.world.virtually import simulated

REPLICAS = ("n1", "n2", "n3")


@pytest.mark.parametrize(
    ("text", "replication", "synchronous"),
    [
        ("semi-sync", "semi-sync", ()),
        ("n2=sync,n3=async", "sync", ("n2",)),
        ("n3=sync", "sync", ("n3",)),
        ("n2=sync, n3=sync", "sync", ()),
        ("n2=async,n3=async", "async", ()),
    ],
)
def test_what_a_rule_stands_for(text: str, replication: str, synchronous: tuple[str, ...]) -> None:
    assert settings_for(text, REPLICAS, "n1") == {"replication": replication, "synchronous": synchronous}


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("semi-sink", "semi-sync, semi-sync-timeout, quorum-ack, or one for each follower"),
        ("n9=sync", "there are: n2, n3"),
        ("n1=sync", "n1 leads; name its followers: n2, n3"),
        ("n2=often", "n2=sync or n2=async"),
        ("n2=sync,", "there are: n2, n3"),
    ],
)
def test_a_wrong_one_is_refused_with_the_choices(text: str, remedy: str) -> None:
    with pytest.raises(UnknownNameError, match=remedy):
        settings_for(text, REPLICAS, "n1")


@pytest.mark.parametrize(
    ("settings", "remedy"),
    [
        ({"synchronous": ["n2"]}, "replication is 'semi-sync'"),
        ({"replication": "sync", "synchronous": ["n2", "n2"]}, "twice"),
        (
            {
                **{"replication": "sync", "synchronous": ["n2"], "coordination": "election"},
                "partitions": [["n1", "n2"], ["n3", "n4"]],
            },
            "several partitions",
        ),
    ],
)
def test_settings_that_do_not_fit(settings: dict[str, Any], remedy: str) -> None:
    with pytest.raises(ValueError, match=remedy):
        settings_of(settings)
    with pytest.raises(ValueError, match="there are n1, n2, n3"):
        SingleLeaderSettings(replication="sync", synchronous=("g1",)).check_fit(REPLICAS)


@pytest.mark.parametrize(
    ("named", "leader", "chosen"),
    [
        ((), "n1", ["n2", "n3"]),
        (("n2",), "n1", ["n2"]),
        (("n2",), "n3", ["n2"]),
        (("n2",), "n2", ["n1"]),
        (("n3",), "n3", ["n1"]),
        (("n2", "n9"), "n1", ["n2", "n9"]),
    ],
)
def test_as_many_are_waited_for_whoever_leads(named: tuple[str, ...], leader: str, chosen: list[str]) -> None:
    followers = {name: FollowerView(durable=int(name != "n2")) for name in REPLICAS if name != leader}
    views = waited_for(named, leader, followers)
    assert list(views) == chosen
    assert "n9" not in views or not views["n9"].durable


@pytest.mark.parametrize(("replicas", "named", "enough"), [(3, 1, 2), (5, 1, 4), (5, 2, 3), (2, 1, 1)])
def test_a_failover_counts_on_the_named_and_the_leader(replicas: int, named: int, enough: int) -> None:
    assert enough_promises("sync", replicas, named) == enough


@pytest.mark.parametrize(
    ("rule", "waits_for", "said"),
    [
        ("sync", ["n2"], "n1 acknowledges writes when n2 has them (sync); n3 may lag"),
        ("sync", ["n2", "n3"], "n1 acknowledges writes when n2 and n3 have them (sync)"),
        ("semi-sync", ["n3"], "n1 acknowledges writes when n3 has them (semi-sync); n2 may lag"),
        ("async", [], "n1 acknowledges writes as soon as it has them itself (async)"),
        ("quorum-ack", [], "n1 acknowledges writes when a majority has them (quorum-ack)"),
    ],
)
def test_the_status_says_for_whom_it_waits(rule: str, waits_for: list[str], said: str) -> None:
    about = {"node": "n1", "role": "leader", "family": "single-leader", "settings": {"replication": rule}}
    leader = {**about, "waits_for": waits_for, "followers": {"n2": [1, 1], "n3": [1, 1]}}
    assert list(rules({"nodes": [leader, {"node": "n2", "role": "follower"}]})) == [said]


@simulated
async def test_semi_sync_begins_with_no_newcomer_that_does_not_count_yet() -> None:
    followers = {
        name: Follower(START, FollowerView(durable=1), asked_at=0.0, member=name != "n4")
        for name in ("n2", "n4")
    }
    settings = SingleLeaderSettings(replication="sync", synchronous=("n4",))
    confirming = Confirming(
        ports("n1", Peers()), settings, followers, CommitTimes(0, 0.0), say=lambda *_, **__: None
    )
    confirming.adopt(SingleLeaderSettings(replication="semi-sync"))
    assert (confirming.up_to(1), confirming.waits_for()) == (1, ("n2",))
