"""Whatever can be done to a machine and its links is done to a device, and nothing is lost by it."""

from typing import get_args

import pytest

from chaos.schedules.draw import AMOUNTS, WEIGHTS
from chaos.schedules.perform import NOBODY
from chaos.schedules.schedule import Kind, NodeKind, Schedule, Stroke
from chaos.sessions.simulate import Simulation, simulate

LONG_MS = 2000
SEVERE = {"slow": 500, "slow-one-way": 500, "clock": 3_600_000, "clock-drift": 50, "clock-strobe": 5_000}


@pytest.mark.parametrize("kind", WEIGHTS)
def test_nothing_is_lost_whatever_strikes_a_device(kind: Kind) -> None:
    """Each of the two in turn, the first one twice."""
    also = ("laptop",) if kind in get_args(NodeKind) else ()
    assert kind in SEVERE or kind == "disk-slow" or kind not in AMOUNTS
    amount = SEVERE.get(kind, 100 if kind == "disk-slow" else 0)
    strokes = (
        Stroke(kind=kind, at_ms=300, for_ms=LONG_MS, source="phone", amount=amount),
        Stroke(kind=kind, at_ms=LONG_MS + 400, for_ms=500, source="device-2", amount=amount),
        Stroke(kind=kind, at_ms=LONG_MS + 1200, for_ms=700, source="phone", targets=also, amount=amount),
    )
    told: list[str] = []
    run = Simulation("offline-client", "sync", 3, Schedule(strokes, LONG_MS + 2200))
    verdict = simulate(run, tell=lambda second, text, tone: told.append(text))
    assert verdict.as_expected, (verdict.problems, [(each.name, each.found) for each in verdict.anomalies])
    assert {stroke.as_it_strikes for stroke in strokes} <= {*told}
    assert not [text for text in told if NOBODY in text]
