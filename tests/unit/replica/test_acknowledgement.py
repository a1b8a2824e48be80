"""Every acknowledgement rule as a table."""

import pytest

from services.settings.single_leader import Replication
from services.single_leader.acknowledgement import (
    FollowerView,
    acknowledged,
    seen_by_readers,
    synchronous_follower,
)

OWN = 10


@pytest.mark.parametrize(
    ("rule", "durable", "synchronous", "fallen_back", "expected"),
    [
        ("async", (0, 0), None, False, 10),
        ("sync", (10, 7), None, False, 7),
        ("sync", (10, 12), None, False, 10),
        ("semi-sync", (10, 7), "n2", False, 10),
        ("semi-sync", (10, 7), "n3", False, 7),
        ("semi-sync", (10, 7), None, False, 0),
        ("semi-sync-timeout", (8, 7), None, False, 8),
        ("semi-sync-timeout", (8, 7), None, True, 10),
        ("quorum-ack", (9, 7), None, False, 9),
        ("quorum-ack", (9, 7, 5, 3), None, False, 7),
        ("quorum-ack", (9, 7, 5), None, False, 7),
        ("quorum-ack", (), None, False, 10),
    ],
)
def test_what_may_be_acknowledged(
    rule: Replication, durable: tuple[int, ...], synchronous: str | None, fallen_back: bool, expected: int
) -> None:
    followers = {f"n{i}": FollowerView(durable=d) for i, d in enumerate(durable, start=2)}
    assert acknowledged(rule, OWN, followers, synchronous, fallen_back) == expected


def test_a_majority_counts_the_leader() -> None:
    """With n replicas, n // 2 followers and the leader are a majority."""
    for replicas in range(1, 10):
        for confirmed in range(replicas):
            views = {f"f{i}": FollowerView(durable=OWN if i < confirmed else 0) for i in range(replicas - 1)}
            majority = confirmed + 1 > replicas / 2
            assert (acknowledged("quorum-ack", OWN, views, None, False) == OWN) == majority


def test_readers_hold_back_the_acknowledgement_only_while_they_may_read() -> None:
    followers = {
        "n2": FollowerView(durable=4, may_read_until=5.0),
        "n3": FollowerView(durable=6, may_read_until=9.0),
    }
    assert [seen_by_readers(OWN, followers, now) for now in (4.0, 6.0, 9.0)] == [4, 6, OWN]


@pytest.mark.parametrize(
    ("n2", "n3", "late", "expected"),
    [
        (9, 10, False, "n2"),
        (8, 9, True, "n3"),
        (9, 9, True, "n2"),
        (9, 8, True, "n2"),
    ],
)
def test_which_follower_is_synchronous(n2: int, n3: int, late: bool, expected: str) -> None:
    followers = {"n2": FollowerView(durable=n2), "n3": FollowerView(durable=n3)}
    assert synchronous_follower("n2", followers, late) == expected


def test_without_followers_none_is_synchronous() -> None:
    assert synchronous_follower(None, {}, late=False) is None
