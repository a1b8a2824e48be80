"""A strict quorum with hints beside it: hints bring a home up to date that was away, and never count.

(Like Cassandra and ScyllaDB at every level but ANY.) w + r > n always holds, and a home that was away for a
short time needs no repair. If it was away for longer than hints live, only repair brings what it missed.
"""

from services.groups.ring import Ring
from services.leaderless.quorums.plan import Plan


class Hinted:
    """See `QuorumPolicy`."""

    def plan(self, key: str, ring: Ring, n: int, near: tuple[str, ...]) -> Plan:
        """See `QuorumPolicy`."""
        return Plan(ring.preference(key, n), keeps_hints=True)
