"""The failover decision, step by step, as tables: no clock, no network."""

import pytest
from msgspec.structs import replace

from services.messages import Position
from services.messages.single_leader import Pulse
from services.settings.single_leader import Replication, SingleLeaderSettings
from services.single_leader.acknowledgement import enough_promises
from services.single_leader.control.failover import (
    Begin,
    Confirm,
    Fence,
    Promote,
    ShutDown,
    chosen,
    newest,
    patience_s,
    plan,
)
from services.single_leader.control.view import Attempt, Order, Seen, View, heard

SETTINGS = SingleLeaderSettings(replication="semi-sync", detection_timeout_ms=1000, heartbeat_ms=100)
NOW = 100.0


def seen(role: str = "follower", at: float = NOW, epoch: int = 3, sequence: int = 5) -> Seen:
    return Seen(at, at, role, epoch, Position(epoch, sequence))


STABLE = View(
    replicas=("n1", "n2", "n3"),
    started_at=0.0,
    epoch=3,
    leader="n1",
    seen={"n1": seen("leader"), "n2": seen(), "n3": seen()},
)
SILENT = replace(STABLE, seen={**STABLE.seen, "n1": seen("leader", at=NOW - 2)})
PROMISED = {"n2": Position(3, 5), "n3": Position(3, 7)}


def attempt(**fields: object) -> Attempt:
    return Attempt(4, "n1 silent 2.0 s", **fields)  # type: ignore[arg-type]


def test_all_is_well() -> None:
    assert plan(STABLE, SETTINGS, NOW) == []


def test_a_silent_leader_begins_a_failover_to_a_new_epoch() -> None:
    assert plan(SILENT, SETTINGS, NOW) == [Begin(4, "n1 silent 2.0 s")]


def test_nothing_happens_by_itself_when_failover_is_manual() -> None:
    assert plan(SILENT, SingleLeaderSettings(coordination="manual"), NOW) == []


@pytest.mark.parametrize(
    ("view", "within_s"),
    [
        (STABLE, 1.0),  # until the leader, heard just now, has been silent for too long
        (replace(STABLE, seen={**STABLE.seen, "n1": seen("leader", at=NOW - 0.9)}), 0.1),
        (replace(STABLE, seen={}, started_at=NOW - 0.5), 0.5),  # nobody was heard yet
        (View(("n1", "n2", "n3"), started_at=NOW - 0.5), 0.5),
        (SILENT, 0.025),  # too long already, and nothing may be done about it, as under an operator
        (replace(STABLE, attempt=attempt()), 0.025),
    ],
)
def test_how_long_nothing_is_to_be_decided_unless_something_is_heard(view: View, within_s: float) -> None:
    assert patience_s(view, SETTINGS, NOW) == pytest.approx(within_s)


@pytest.mark.parametrize("view", [STABLE, SILENT, View(("n1", "n2", "n3"), started_at=0.0)])
def test_the_controller_keeps_out_of_elections(view: View) -> None:
    assert plan(view, SingleLeaderSettings(coordination="election"), NOW) == []


def test_without_an_operator_there_is_a_first_leader_all_the_same() -> None:
    view = View(replicas=("n1", "n2", "n3"), started_at=0.0)
    assert plan(view, SingleLeaderSettings(coordination="manual"), NOW) == [
        Begin(1, "the cluster has no leader yet")
    ]


@pytest.mark.parametrize("view", [STABLE, SILENT])
def test_an_order_begins_a_failover_whatever_was_detected(view: View) -> None:
    ordered = replace(view, order=Order("n3", "n1 hands over to n3"))
    assert plan(ordered, SETTINGS, NOW) == [Begin(4, "n1 hands over to n3", "n3")]


@pytest.mark.parametrize(("preferred", "leader"), [("n2", "n2"), ("n3", "n3"), ("n1", "n2"), (None, "n2")])
def test_whom_an_operator_prefers_leads_unless_a_log_is_newer(preferred: str | None, leader: str) -> None:
    ends = {"n1": Position(3, 4), "n2": Position(3, 5), "n3": Position(3, 5)}
    assert chosen(ends, preferred) == leader


def test_who_promises_a_newer_epoch_needs_no_lease_to_run_out_and_is_not_shot() -> None:
    settings = SingleLeaderSettings(replication="semi-sync", lease=True, stonith=True)
    promised = {"n1": Position(3, 7), **PROMISED}
    view = replace(STABLE, attempt=attempt(promised=promised, preferred="n3"), lease_until=NOW + 1)
    assert plan(view, settings, NOW) == [Promote("n3", 4, "n1 silent 2.0 s")]


def test_a_leader_that_came_back_as_a_follower_no_longer_leads() -> None:
    view = replace(STABLE, seen={**STABLE.seen, "n1": seen("follower")})
    assert plan(view, SETTINGS, NOW) == [Begin(4, "n1 came back as a follower")]


def test_an_answer_from_before_the_appointment_says_nothing_about_the_role() -> None:
    view = replace(STABLE, appointed_at=NOW + 1, seen={**STABLE.seen, "n1": seen("follower")})
    assert plan(view, SETTINGS, NOW) == []


def test_the_first_leader_waits_for_everybody_or_for_the_timeout() -> None:
    view = View(replicas=("n1", "n2", "n3"), started_at=NOW, seen={"n1": seen(epoch=0)})
    assert plan(view, SETTINGS, NOW) == []
    assert plan(view, SETTINGS, NOW + 1.1) == [Begin(1, "the cluster has no leader yet")]
    assert plan(replace(view, seen={n: seen(epoch=0) for n in view.replicas}), SETTINGS, NOW)


def test_only_who_can_be_reached_is_fenced() -> None:
    view = replace(SILENT, attempt=attempt())
    assert plan(view, SETTINGS, NOW) == [Fence("n2", 4), Fence("n3", 4)]


def test_the_newest_log_among_the_promised_is_promoted() -> None:
    view = replace(SILENT, attempt=attempt(promised=PROMISED))
    assert plan(view, SETTINGS, NOW) == [Promote("n3", 4, "n1 silent 2.0 s")]


@pytest.mark.parametrize("replication", ["semi-sync", "quorum-ack"])
def test_with_too_few_promises_nobody_is_promoted(replication: Replication) -> None:
    view = replace(
        SILENT,
        seen={"n1": SILENT.seen["n1"], "n2": seen(), "n3": seen(at=NOW - 5)},
        attempt=attempt(promised={"n2": Position(3, 5)}),
    )
    assert plan(view, SingleLeaderSettings(replication=replication, detection_timeout_ms=1000), NOW) == []


def test_a_promise_of_somebody_now_dead_does_not_make_him_a_candidate() -> None:
    view = replace(
        SILENT,
        seen={"n1": SILENT.seen["n1"], "n2": seen(), "n3": seen(at=NOW - 5)},
        attempt=attempt(promised=PROMISED),
    )
    settings = SingleLeaderSettings(replication="async", detection_timeout_ms=1000)
    assert plan(view, settings, NOW) == [Promote("n2", 4, "n1 silent 2.0 s")]


def test_nobody_is_promoted_while_a_lease_may_last() -> None:
    settings = SingleLeaderSettings(replication="semi-sync", detection_timeout_ms=1000, lease=True)
    view = replace(SILENT, attempt=attempt(promised=PROMISED), lease_until=NOW + 0.3)
    assert plan(view, settings, NOW) == []
    assert plan(view, settings, NOW + 0.31) == [Promote("n3", 4, "n1 silent 2.0 s")]


def test_the_old_leader_is_shot_before_another_is_promoted() -> None:
    settings = SingleLeaderSettings(replication="semi-sync", detection_timeout_ms=1000, stonith=True)
    view = replace(SILENT, attempt=attempt(promised=PROMISED))
    assert plan(view, settings, NOW) == [ShutDown("n1", "n1 silent 2.0 s")]
    view = replace(SILENT, attempt=attempt(promised=PROMISED, stopped={"n1": NOW - 1}))
    assert plan(view, settings, NOW) == [Promote("n3", 4, "n1 silent 2.0 s")]


def test_who_was_asked_to_lead_and_is_not_heard_of_may_lead_so_another_needs_another_epoch() -> None:
    """The order may have arrived, and only its answer be late."""
    asked = attempt(promised=PROMISED, asked="n3")
    view = replace(SILENT, attempt=asked, asked=frozenset({"n3"}))
    assert plan(view, SETTINGS, NOW) == [Promote("n3", 4, "n1 silent 2.0 s")]
    view = replace(view, seen={**SILENT.seen, "n3": seen(at=NOW - 2)})
    settings = SingleLeaderSettings(replication="async", detection_timeout_ms=1000)
    assert plan(view, settings, NOW) == [
        Begin(5, "n3 was asked to lead in epoch 4 and may, so n2 needs another")
    ]


def test_who_was_asked_to_lead_in_vain_is_shot_too_unless_it_promises_the_new_epoch() -> None:
    settings = SingleLeaderSettings(replication="async", detection_timeout_ms=1000, stonith=True)
    again = Attempt(5, "n3 is silent", promised={"n2": Position(3, 5)}, stopped={"n1": NOW - 1})
    unheard = {**SILENT.seen, "n3": seen(at=NOW - 2)}
    view = replace(SILENT, seen=unheard, attempt=again, asked=frozenset({"n3"}))
    assert plan(view, settings, NOW) == [ShutDown("n3", "n3 is silent")]
    promised = replace(again, promised={**again.promised, "n3": Position(3, 5)})
    assert plan(replace(view, attempt=promised), settings, NOW) == [Promote("n2", 5, "n3 is silent")]


STONITH = SingleLeaderSettings(replication="semi-sync", detection_timeout_ms=1000, stonith=True)


@pytest.mark.parametrize("role", ["leader", "follower"])
def test_who_can_be_reached_is_asked_to_promise_before_it_is_shot(role: str) -> None:
    """As in a hand-over, when it is well; or when it was away for so short a time that it is back already."""
    view = replace(STABLE, seen={**STABLE.seen, "n1": seen(role)}, attempt=attempt(began_at=NOW))
    assert plan(view, STONITH, NOW) == [Fence("n1", 4), Fence("n2", 4), Fence("n3", 4)]
    asked = replace(view, attempt=attempt(began_at=NOW, promised=PROMISED))
    assert plan(asked, STONITH, NOW) == [Fence("n1", 4)]
    refused = replace(view, attempt=attempt(began_at=NOW, promised=PROMISED, refused=frozenset({"n1"})))
    assert ShutDown("n1", "n1 silent 2.0 s") in plan(refused, STONITH, NOW)
    in_vain = replace(view, attempt=attempt(began_at=NOW - 1.1, promised=PROMISED))
    assert ShutDown("n1", "n1 silent 2.0 s") in plan(in_vain, STONITH, NOW)


def test_nobody_who_was_shot_is_asked_to_lead_until_it_was_heard_of_again() -> None:
    """Its last answer may be younger than the detection timeout, and its log the newest."""
    shot = attempt(promised={**PROMISED, "n1": Position(3, 9)}, stopped={"n1": NOW - 0.1})
    view = replace(STABLE, seen={**STABLE.seen, "n1": seen(at=NOW - 0.2)}, attempt=shot)
    assert plan(view, STONITH, NOW) == [Promote("n3", 4, "n1 silent 2.0 s")]
    back = replace(view, seen={**STABLE.seen, "n1": seen()})
    assert plan(back, STONITH, NOW) == [Promote("n1", 4, "n1 silent 2.0 s")]


HANDED_OVER = replace(
    STABLE, seen={**STABLE.seen, "n1": replace(seen(), hands_over_to="n2")}, lease_until=NOW + 1
)


@pytest.mark.parametrize("coordination", ["controller", "manual"])
def test_who_hands_over_is_succeeded_by_whom_it_names(coordination: str) -> None:
    settings = SingleLeaderSettings(coordination=coordination)  # type: ignore[arg-type]
    assert plan(HANDED_OVER, settings, NOW) == [Begin(4, "n1 hands over to n2", "n2")]
    over = replace(HANDED_OVER, epoch=4, leader="n2")
    assert plan(replace(over, seen={**over.seen, "n2": seen("leader", epoch=4)}), settings, NOW) == []


def test_who_has_handed_over_needs_neither_a_shot_nor_the_end_of_its_lease() -> None:
    """Also when it can be reached no more."""
    settings = SingleLeaderSettings(
        replication="semi-sync", lease=True, stonith=True, detection_timeout_ms=1000
    )
    given_up = replace(seen(at=NOW - 2), hands_over_to="n2")
    equal = {"n2": Position(3, 7), "n3": Position(3, 7)}
    cut_off = replace(
        HANDED_OVER,
        seen={**STABLE.seen, "n1": given_up},
        attempt=attempt(promised=equal, preferred="n2"),
    )
    assert plan(cut_off, settings, NOW) == [Promote("n2", 4, "n1 silent 2.0 s")]


def test_an_answer_that_was_overtaken_says_nothing_new() -> None:
    """It was on its way while the leader gave up the lead."""
    late = Pulse(node="n1", role="leader", epoch=3, position=Position(3, 4))
    assert heard(HANDED_OVER, late, asked_at=NOW - 1, now=NOW) == HANDED_OVER
    assert heard(HANDED_OVER, late, asked_at=NOW + 1, now=NOW + 1).successor is None


def test_the_failover_ends_when_the_new_leader_is_seen_to_lead() -> None:
    view = replace(
        SILENT,
        attempt=attempt(promised=PROMISED),
        seen={**SILENT.seen, "n3": seen("leader", epoch=4)},
    )
    assert plan(view, SETTINGS, NOW) == [Confirm("n3", 4)]


def test_a_newer_epoch_somewhere_begins_again_above_it() -> None:
    view = replace(SILENT, attempt=attempt(), seen={**SILENT.seen, "n2": seen(epoch=9)})
    assert plan(view, SETTINGS, NOW) == [Begin(10, "a replica knows a newer epoch")]


@pytest.mark.parametrize(
    ("replication", "replicas", "enough"),
    [("async", 3, 1), ("sync", 3, 1), ("semi-sync", 3, 2), ("semi-sync", 5, 4), ("quorum-ack", 5, 3)],
)
def test_enough_promises_meet_every_acknowledged_write(
    replication: Replication, replicas: int, enough: int
) -> None:
    assert enough_promises(replication, replicas) == enough


def test_newest_compares_epochs_first_and_names_last() -> None:
    assert newest({"n1": Position(2, 99), "n2": Position(3, 1)}) == "n2"
    assert newest({"n2": Position(3, 1), "n1": Position(3, 1)}) == "n1"
