"""What a process does first when it goes on after a pause, as measured on real ones.

Timers that ran out meanwhile come first: who waited for an answer is told that it did not come, though it
lies in the socket. Then what came over connections that were open, in the order in which it came, one after
the other, also what nobody waits for any more. Who gives up closes his connection, so what was asked later
by the same way came over new ones, and these have to be accepted before. Where the machine has nothing else
to do, all is answered before the leader has sent its log; on a busy one the log may have come and be applied
by then. (`benchmarks/wake_up.py` measures it.)
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
