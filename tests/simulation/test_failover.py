"""At most one leader an epoch also where a controller appoints them, when its orders arrive late."""

from chaos.schedules.schedule import Schedule, Stroke
from chaos.seeds import child
from chaos.simulate import Simulation
from tests.simulation.elections import watched

SEEDS = 60


def a_late_answer(seed: int) -> Simulation:
    """All lose power for a moment; when one of them is asked to lead again, its links have become slow.

    So the order arrives and the answer does not, or not in time. Found by a drawn schedule: the controller
    asked another in the same epoch, both led, and a third followed now one and now the other. Entries of
    one position were two different writes, which no comparison of logs can tell.
    """
    random = child(seed, "late")
    power = Stroke(kind="kill", at_ms=500, for_ms=17, source="n1", targets=("n2", "n3"))
    slow = Stroke(
        kind="slow",
        at_ms=500 + random.randrange(600),
        for_ms=random.randrange(1000, 2500),
        source="n1",
        amount=random.randrange(300, 800),
    )
    return Simulation("key-reuse", "semi-sync", seed, Schedule((power, slow), 4000), clients=6, rate_per_s=30)


def test_an_epoch_has_at_most_one_leader() -> None:
    outcomes = [watched(a_late_answer(seed)) for seed in range(SEEDS)]
    assert [outcome for outcome in outcomes if outcome.crowded or not outcome.as_expected] == []
    assert all(outcome.epochs > 1 for outcome in outcomes), "there was no failover"
    assert any(outcome.epochs > 2 for outcome in outcomes), "no order was late"
