"""How far behind a follower is, in entries and in time."""

import pytest

from services.messages import Lag
from services.single_leader.lag import CommitTimes


@pytest.mark.parametrize(
    ("confirmed", "lag"),
    [
        (20, Lag(0, 0.0)),
        (25, Lag(0, 0.0)),
        (19, Lag(1, 1.0)),
        (15, Lag(5, 2.0)),
        (14, Lag(6, 2.0)),
        (10, Lag(10, 2.0)),
        (9, Lag(11, 5.0)),
        (0, Lag(20, 5.0)),
    ],
)
def test_the_first_entry_that_is_missing_counts(confirmed: int, lag: Lag) -> None:
    times = CommitTimes(10, now=100.0)
    times.note(16, now=103.0)
    times.note(20, now=104.0)
    assert times.lag(confirmed, now=105.0) == lag


def test_long_ago_is_at_least_so_long_ago() -> None:
    times = CommitTimes(0, now=0.0)
    for sequence in range(1, 10_000):
        times.note(sequence, now=float(sequence))
    assert times.lag(5, now=10_000.0).positions == 9_994
    assert times.lag(5, now=10_000.0).seconds > 4_000
