"""Which replica is near? The gateway remembers how long each took to answer.

A far replica is slow, and so is an overloaded one; a dead one counts as slow as a timeout. So asking the
fastest first avoids all three. (Cassandra's dynamic snitch.)
"""

WEIGHT = 0.2  # of the newest answer


class Nearness:
    """What one gateway has seen: `took_s` is the smoothed answer time of each replica, in seconds."""

    def __init__(self) -> None:
        self.took_s: dict[str, float] = {}

    def note(self, replica: str, took_s: float) -> None:
        """An answer or a failure of `replica` took `took_s` seconds."""
        before = self.took_s.get(replica, took_s)
        self.took_s[replica] = before + WEIGHT * (took_s - before)
