"""The read policies as tables: who is asked, and what the answer must contain."""

from dataclasses import replace
from random import Random
from typing import get_args

import pytest

from services.ports import over_for_everybody_s
from services.settings.single_leader import ReadPolicy
from services.single_leader.door.policies import LEADER_ALONE, POLICIES, Asked, owner

REPLICAS = ("n1", "n2", "n3")
ASKED = Asked(key="u7/profile", session="u7", replicas=REPLICAS, random=Random(1), leader="n2", bound_s=1.0)
ANYBODY = replace(ASKED, session=None)

A_WHILE_S = over_for_everybody_s(1.0)


def test_every_policy_that_can_be_set_is_there() -> None:
    assert set(POLICIES) == set(get_args(ReadPolicy))


@pytest.mark.parametrize(
    ("policy", "asked", "leader_alone"),
    [
        ("leader", ASKED, True),
        ("any", ASKED, False),
        ("followers", ASKED, False),
        ("followers", replace(ASKED, replicas=("n2",)), True),
        ("bounded", ASKED, False),
        ("recent", ASKED, False),
        ("own-data-from-leader", ASKED, True),
        ("own-data-from-leader", replace(ASKED, session="u8"), False),
        ("own-data-from-leader", ANYBODY, False),
        ("leader-for-a-while", replace(ASKED, since_write_s=A_WHILE_S), True),
        ("leader-for-a-while", replace(ASKED, since_write_s=A_WHILE_S + 0.01), False),
        ("leader-for-a-while", ASKED, False),
    ],
)
def test_when_only_the_leader_may_answer(policy: ReadPolicy, asked: Asked, leader_alone: bool) -> None:
    assert (POLICIES[policy].choose(asked) == LEADER_ALONE) is leader_alone


NOT_EVERYBODY = {"leader", "own-data-from-leader", "followers"}


@pytest.mark.parametrize("policy", sorted(set(get_args(ReadPolicy)) - NOT_EVERYBODY))
def test_all_others_try_every_replica_once(policy: ReadPolicy) -> None:
    for _ in range(20):
        assert sorted(POLICIES[policy].choose(ASKED)) == list(REPLICAS)


def test_followers_alone_share_the_reads_and_none_falls_to_the_leader() -> None:
    choices = [tuple(POLICIES["followers"].choose(ASKED)) for _ in range(100)]
    assert set(choices) == {("n1", "n3"), ("n3", "n1")}
    assert len(POLICIES["followers"].choose(replace(ASKED, leader=None))) == 3


@pytest.mark.parametrize("policy", ["any", "bounded", "recent", "position-token", "token-shared"])
def test_reads_spread_evenly(policy: ReadPolicy) -> None:
    first = [POLICIES[policy].choose(ASKED)[0] for _ in range(3000)]
    assert all(900 < first.count(replica) < 1100 for replica in REPLICAS)


@pytest.mark.parametrize(
    "policy", ["bounded", "recent", "position-token", "token-shared", "leader-for-a-while"]
)
def test_who_lacks_nothing_is_asked_second(policy: ReadPolicy) -> None:
    for _ in range(100):
        assert "n2" in POLICIES[policy].choose(ASKED)[:2]
    assert len(POLICIES[policy].choose(replace(ASKED, leader=None))) == 3


def test_the_own_datacenter_comes_first() -> None:
    near = replace(ASKED, near=("n1", "n3", "g1"))
    choices = {tuple(POLICIES["same-datacenter"].choose(near)) for _ in range(50)}
    assert choices == {("n1", "n3", "n2"), ("n3", "n1", "n2")}


def users(replicas: tuple[str, ...]) -> dict[str, list[str]]:
    asked = (replace(ASKED, session=f"u{number}", replicas=replicas) for number in range(300))
    return {str(each.session): list(POLICIES["sticky"].choose(each)) for each in asked}


def test_a_user_stays_and_of_a_dead_replica_only_the_users_move() -> None:
    before = users(REPLICAS)
    assert before == users(REPLICAS)
    assert all(sum(choice[0] == replica for choice in before.values()) > 60 for replica in REPLICAS)
    for user, choice in users(("n1", "n3")).items():
        assert choice == [replica for replica in before[user] if replica != "n2"]


def test_without_a_user_nobody_is_sticky() -> None:
    assert len({tuple(POLICIES["sticky"].choose(ANYBODY)) for _ in range(100)}) == 6


@pytest.mark.parametrize(
    ("policy", "code", "goes_on"),
    [
        ("sticky", "unreachable", False),
        ("sticky-failover", "unreachable", True),
        ("sticky-failover", "timed-out", False),
        ("sticky-token", "timed-out", True),
        ("sticky-token", "too-far-behind", True),
        ("position-token", "position-not-reached", True),
        ("position-token", "position-lost", False),
    ],
)
def test_after_which_errors_another_is_asked(policy: ReadPolicy, code: str, goes_on: bool) -> None:
    assert (code in POLICIES[policy].elsewhere) is goes_on


@pytest.mark.parametrize(("key", "whose"), [("u7/profile", "u7"), ("u7/a/b", "u7"), ("x0", None), ("/x", "")])
def test_whose_key_it_is(key: str, whose: str | None) -> None:
    assert owner(key) == whose


def test_the_nearest_is_who_answered_fastest_and_others_get_a_chance() -> None:
    asked = replace(ASKED, took_s={"n1": 0.2, "n2": 0.01, "n3": 0.1})
    first = [POLICIES["nearest"].choose(asked)[0] for _ in range(1000)]
    assert 940 < first.count("n2") < 1000
    unknown = replace(ASKED, took_s={"n2": 0.01, "n3": 0.1})
    assert [POLICIES["nearest"].choose(unknown)[0] for _ in range(100)].count("n1") > 80
