"""What an operator may order: every refusal says what would be right."""

import pytest
from msgspec.structs import replace

from services.errors import LabError
from services.messages import Position
from services.settings.single_leader import SingleLeaderSettings
from services.single_leader.control.operating import check_appointment, successor
from services.single_leader.control.view import Attempt, Order, Seen, View

SETTINGS = SingleLeaderSettings(detection_timeout_ms=1000)
NOW = 100.0


def seen(sequence: int, role: str = "follower", at: float = NOW) -> Seen:
    return Seen(at, at, role, 3, Position(3, sequence))


WELL = View(
    replicas=("n1", "n2", "n3"),
    started_at=0.0,
    epoch=3,
    leader="n1",
    seen={"n1": seen(9, "leader"), "n2": seen(7), "n3": seen(9)},
)
DEAD = replace(WELL, seen={**WELL.seen, "n1": seen(9, "leader", at=NOW - 2)})


def test_after_the_leader_has_gone_the_newest_may_be_appointed() -> None:
    check_appointment(DEAD, SETTINGS, "n3", NOW)


@pytest.mark.parametrize(
    ("view", "node", "text"),
    [
        (WELL, "n3", "n1 leads and answers; to let n3 lead, order a hand-over"),
        (DEAD, "n2", "n2 stands at 3.7 and n3 at 3.9: .* promote n3"),
        (DEAD, "n1", "does not hear from n1"),
        (DEAD, "n9", "no replica 'n9'; there are: n1, n2, n3"),
        (replace(DEAD, attempt=Attempt(4, "n1 silent")), "n3", "a failover is under way"),
        (replace(DEAD, order=Order("n3", "by hand")), "n3", "a failover is under way"),
    ],
)
def test_appointments_that_are_refused(view: View, node: str, text: str) -> None:
    with pytest.raises(LabError, match=text) as caught:
        check_appointment(view, SETTINGS, node, NOW)
    assert caught.value.kind.code == "bad-order"


@pytest.mark.parametrize("wanted", [None, "n2", "n3"])
def test_who_may_follow_after_a_hand_over(wanted: str | None) -> None:
    assert successor(WELL, SETTINGS, wanted, NOW) == wanted


@pytest.mark.parametrize(
    ("view", "wanted", "text"),
    [
        (WELL, "n1", "n1 leads already"),
        (WELL, "n9", "no replica 'n9'"),
        (replace(WELL, leader=None), None, "nobody leads, .* order a promotion instead"),
        (replace(WELL, seen={"n1": seen(9, "leader")}), "n2", "does not hear from n2"),
        (replace(WELL, attempt=Attempt(4, "n1 silent")), None, "a failover is under way"),
    ],
)
def test_hand_overs_that_are_refused(view: View, wanted: str | None, text: str) -> None:
    with pytest.raises(LabError, match=text):
        successor(view, SETTINGS, wanted, NOW)
