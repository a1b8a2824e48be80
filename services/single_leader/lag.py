"""How far behind each follower is, as its leader sees it: in positions, and in time.

A position says little to a person, and a time alone hides how much work is left. So it is both: how many
entries the follower has not confirmed, and how long ago the first of them was committed.
(PostgreSQL shows `pg_wal_lsn_diff` and `replay_lag`, MySQL `Seconds_Behind_Source`.)
"""

from bisect import bisect_right
from collections import deque

from services.messages import Lag

MOST_COMMITS = 4096


class CommitTimes:
    """When the newest parts of the log were committed, by the leader's own clock."""

    def __init__(self, sequence: int, now: float) -> None:
        """The log ends at `sequence` now; since when is unknown."""
        self._commits = deque([(sequence, now)], maxlen=MOST_COMMITS)

    def note(self, sequence: int, now: float) -> None:
        """The log goes up to `sequence` now."""
        self._commits.append((sequence, now))

    def lag(self, confirmed: int, now: float) -> Lag:
        """The lag of a follower that has the log up to `confirmed`; a lower bound if that is long ago."""
        missing = self._commits[-1][0] - confirmed
        if missing <= 0:
            return Lag()
        first = bisect_right(self._commits, confirmed, key=lambda commit: commit[0])
        return Lag(missing, round(now - self._commits[first][1], 6))
