"""A strict quorum: only the homes of the key count. Nothing replaces a home that is away."""

from services.groups.ring import Ring
from services.leaderless.quorums.plan import Plan


class Strict:
    """See `QuorumPolicy`."""

    def plan(self, key: str, ring: Ring, n: int, near: tuple[str, ...]) -> Plan:
        """See `QuorumPolicy`."""
        return Plan(ring.preference(key, n))
