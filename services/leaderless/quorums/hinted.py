"""A strict quorum with hints beside it: they bring a home up that was away, and never count.

(Cassandra and ScyllaDB, below their level ANY.) w + r > n holds all the time, and a home that was away for a
short time needs no repair. What it missed for longer than hints live it gets by repair alone.
"""

from services.groups.ring import Ring
from services.leaderless.quorums.plan import Plan


class Hinted:
    """See `QuorumPolicy`."""

    def plan(self, key: str, ring: Ring, n: int, near: tuple[str, ...]) -> Plan:
        """See `QuorumPolicy`."""
        return Plan(ring.preference(key, n), keeps_hints=True)
