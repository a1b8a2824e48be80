"""At most one leader an epoch also where a controller appoints them, when its orders arrive late."""

import pytest

from chaos.sessions.simulate import Simulation
from tests.bugs.planted import late_answers
from tests.simulation.elections import watched

SEEDS = 30


def run(seed: int) -> Simulation:
    return Simulation("key-reuse", "semi-sync", seed, late_answers(seed), clients=6, rate_per_s=30)


@pytest.mark.timeout(0)
def test_an_epoch_has_at_most_one_leader() -> None:
    """Found by a drawn schedule: the controller asked one that did not answer, and then another.

    Both led in one epoch, and the third followed now one and now the other. Entries of one position were
    two different writes, which no comparison of logs can tell.
    """
    outcomes = [watched(run(seed)) for seed in range(SEEDS)]
    assert [outcome for outcome in outcomes if outcome.crowded or not outcome.as_expected] == []
    assert all(outcome.epochs > 1 for outcome in outcomes), "there was no failover"
    assert any(outcome.epochs > 2 for outcome in outcomes), "no order was late"
