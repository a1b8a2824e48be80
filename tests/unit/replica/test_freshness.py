"""How fresh a follower is goes by its own clock, and by no clock of a process that was here before."""

from services.messages import Position
from services.messages.single_leader import Append
from services.single_leader.reads.freshness import Freshness

LAST = Position(1, 3)


def batch(echo: float) -> Append:
    return Append(leader="n1", epoch=1, previous=LAST, entries=[], last=LAST, acknowledged=3, echo=echo)


def test_only_the_echo_of_what_this_process_told_counts() -> None:
    """After a restart the clock begins anew: what it showed before may be far ahead of what it shows now."""
    freshness = Freshness()
    freshness.note(batch(echo=500.0), LAST)
    assert freshness.lag_s(7.0) is None
    freshness.note(batch(echo=freshness.tell(8.0)), LAST)
    assert freshness.lag_s(9.0) == 1.0
