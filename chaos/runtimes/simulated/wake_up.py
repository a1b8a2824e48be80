"""What a process does first when it goes on after a pause, as measured on real ones.

Timers that ran out meanwhile come first: a caller is told that its answer did not come, though it is in the
socket. Then comes what arrived over open connections, in order, one after the other, even what nobody waits
for any more. A caller that gives up closes its connection, so its later requests came over new connections,
which must be accepted first. On an idle machine, everything is answered before the leader has sent its log;
on a busy one the log may have come and been applied by then. (`benchmarks/wake_up.py` measures it.)
"""

from collections.abc import Sequence
from random import Random
from typing import NamedTuple


class Pace(NamedTuple):
    """Seconds between one and the next, at most, and until new connections are accepted.

    Only their relation to the disk and to messages counts, for these cost no computing here.
    """

    gap_s: float
    accepted_after_s: float


PACES = (Pace(0.0, 0.0), Pace(0.0001, 0.0005), Pace(0.0008, 0.003), Pace(0.008, 0.1))
LONGEST_S = 0.8  # for all that has piled up


def delays_s(random: Random, ways: Sequence[object]) -> list[float]:
    """When it is each one's turn, of what came by these ways (None: of no matter which) in this order."""
    if not ways:
        return []
    pace = random.choice(PACES)
    gap_s = min(pace.gap_s, LONGEST_S / len(ways))
    turns_s = {False: 0.0, True: pace.accepted_after_s}
    known: dict[object, None] = {}
    delays = []
    for way in ways:
        is_new = way is not None and way in known
        known[way] = None
        delays.append(turns_s[is_new])
        turns_s[is_new] += gap_s * random.random()
    return delays
