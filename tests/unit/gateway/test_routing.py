"""The gateway's decisions, as tables."""

from random import Random
from typing import Literal

import pytest

from services.errors import KINDS, LabError
from services.gateway.routing import choose, may_ask_another, may_read_elsewhere, newest
from services.messages import Route

REPLICAS = ("n1", "n2", "n3")


@pytest.mark.parametrize(
    ("known", "heard", "believed"),
    [
        (None, (1, "n1"), (1, "n1")),
        ((1, "n1"), (2, "n2"), (2, "n2")),
        ((2, "n2"), (1, "n1"), (2, "n2")),
        ((2, "n2"), (2, None), (2, None)),
        ((2, None), (2, "n2"), (2, "n2")),
        ((3, None), (2, "n2"), (3, None)),
    ],
)
def test_the_newest_epoch_is_believed(
    known: tuple[int, str | None] | None, heard: tuple[int, str | None], believed: tuple[int, str | None]
) -> None:
    before = Route(epoch=known[0], leader=known[1]) if known else None
    assert newest(before, Route(epoch=heard[0], leader=heard[1])) == Route(
        epoch=believed[0], leader=believed[1]
    )


@pytest.mark.parametrize("code", [code for code, kind in KINDS.items() if not kind.definite])
def test_in_doubt_no_other_leader_is_asked(code: str) -> None:
    assert not may_ask_another(LabError(code, ""))


@pytest.mark.parametrize(
    ("code", "leader", "replica"),
    [
        ("not-leader", True, True),
        ("lease-expired", True, True),
        ("unreachable", True, True),
        ("shutting-down", True, True),
        ("too-far-behind", False, True),
        ("timed-out", False, True),
        ("connection-lost", False, True),
        ("bad-key", False, False),
        ("bad-request", False, False),
    ],
)
def test_who_else_may_be_asked(code: str, leader: bool, replica: bool) -> None:
    assert may_ask_another(LabError(code, "")) is leader
    assert may_read_elsewhere(LabError(code, "")) is replica


@pytest.mark.parametrize(("policy", "mode"), [("any", "local"), ("bounded", "bounded")])
def test_every_replica_is_tried_once(policy: Literal["any", "bounded"], mode: str) -> None:
    for seed in range(20):
        attempts = choose(policy, REPLICAS, "n2", Random(seed))
        assert sorted(attempt.replica for attempt in attempts) == list(REPLICAS)
        assert {attempt.mode for attempt in attempts} == {mode}


def test_reads_spread_evenly() -> None:
    random = Random(1)
    first = [choose("any", REPLICAS, "n1", random)[0].replica for _ in range(3000)]
    assert all(900 < first.count(replica) < 1100 for replica in REPLICAS)


def test_a_bounded_read_goes_to_the_leader_second() -> None:
    random = Random(1)
    for _ in range(100):
        first, second, _third = choose("bounded", REPLICAS, "n3", random)
        assert "n3" in (first.replica, second.replica)


def test_without_a_known_leader_a_bounded_read_still_goes_everywhere() -> None:
    assert len(choose("bounded", REPLICAS, None, Random(1))) == 3
