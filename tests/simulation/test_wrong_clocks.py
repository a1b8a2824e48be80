"""Several leaders, of whom one has a wrong clock: what was read and then changed there."""

import pytest

from chaos.sessions.simulate import Simulation, simulate


@pytest.mark.parametrize(
    ("clock", "is_broken"),
    [("wall", True), ("hybrid", False)],
)
def test_only_a_stamp_that_heeds_what_was_seen_keeps_the_order_of_causes(clock: str, is_broken: bool) -> None:
    """Everything but the clock is the same, causal delivery too."""
    settings = (("clock", clock),)
    verdict = simulate(Simulation("overtaking", "timestamps-clock-skew", 1, settings=settings))
    assert [each.name for each in verdict.anomalies if each.found] == ["causality"] * is_broken
