"""The gateway's decisions, as tables."""

import pytest

from services.errors import KINDS, LabError
from services.messages.single_leader import Route
from services.single_leader.door.routing import ELSEWHERE, may_ask_another, newest


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
        ("position-not-reached", False, True),
        ("position-lost", False, False),
        ("timed-out", False, True),
        ("connection-lost", False, True),
        ("bad-key", False, False),
        ("bad-request", False, False),
    ],
)
def test_who_else_may_be_asked(code: str, leader: bool, replica: bool) -> None:
    assert may_ask_another(LabError(code, "")) is leader
    assert (code in ELSEWHERE) is replica
