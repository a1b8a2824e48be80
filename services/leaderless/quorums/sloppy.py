"""A sloppy quorum: the next nodes on the ring stand in for homes that do not answer, and count.

(DeCandia et al. 2007.) So a write succeeds whenever any w nodes can be reached. But w + r > n guarantees
nothing until the hints have been handed over.
"""

from services.groups.ring import Ring
from services.leaderless.quorums.plan import Plan


class Sloppy:
    """See `QuorumPolicy`."""

    def plan(self, key: str, ring: Ring, n: int, near: tuple[str, ...]) -> Plan:
        """See `QuorumPolicy`."""
        nodes = ring.preference(key, ring.size)
        return Plan(nodes[:n], stand_ins=nodes[n:])
