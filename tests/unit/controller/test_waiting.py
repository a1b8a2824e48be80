"""Why nobody leads, as far as the controller knows: a table of what it sees, and what it says."""

import pytest
from msgspec.structs import replace

from services.messages import Position
from services.settings.single_leader import SingleLeaderSettings
from services.single_leader.control.view import View
from services.single_leader.control.waiting import waits_for
from tests.unit.controller.test_failover import NOW, PROMISED, SILENT, STABLE, attempt, seen

LEASE = {"lease": True, "lease_ms": 5000}
FAILING = replace(SILENT, attempt=attempt(promised=PROMISED, began_at=NOW - 1))
ALONE = replace(
    SILENT,
    seen={**SILENT.seen, "n2": seen(at=NOW - 2)},
    attempt=attempt(promised={"n3": Position(3, 5)}),
)


@pytest.mark.parametrize(
    ("view", "about", "said"),
    [
        (STABLE, {}, ""),
        (View(("n1", "n2"), started_at=NOW), {}, "the controller has not heard from n1 and n2 yet"),
        (SILENT, {}, "n1 has been silent for 2.0 s, and is replaced after 3 s"),
        (SILENT, {"coordination": "manual"}, "nobody is promoted until an operator orders it"),
        (SILENT, {"coordination": "election"}, ""),
        (
            replace(STABLE, seen={**STABLE.seen, "n1": seen("follower")}),
            {},
            "n1 is a follower now, and a failover is about to begin",
        ),
        (
            replace(FAILING, lease_until=NOW + 0.31),
            LEASE,
            "the lease of n1 must end first, in 0.3 s at most",
        ),
        (replace(FAILING, lease_until=NOW - 0.1), {**LEASE, "detection_timeout_ms": 1000}, ""),
        (FAILING, {"stonith": True}, "no power switch has confirmed yet that n1 can do nothing any more"),
        (replace(FAILING, attempt=attempt(promised={})), {}, "n1 and n2 and n3 must promise epoch 4 first"),
        (ALONE, {"detection_timeout_ms": 1000}, "2 of 3 replicas must promise epoch 4, and only n3 did"),
        (
            replace(SILENT, attempt=attempt(promised=PROMISED, asked="n3")),
            {"detection_timeout_ms": 1000},
            "n3 was asked to lead and has not answered yet",
        ),
    ],
)
def test_what_the_controller_waits_for(view: View, about: dict[str, object], said: str) -> None:
    known = {"replication": "semi-sync", "detection_timeout_ms": 3000, **about}
    assert waits_for(view, SingleLeaderSettings(**known), NOW) == said  # type: ignore[arg-type]
