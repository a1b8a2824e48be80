"""A local quorum: only homes in the coordinator's own datacenter count. Homes elsewhere get the writes, too.

(LOCAL_QUORUM of Cassandra and ScyllaDB.) Nobody waits for the link between datacenters, be it slow or cut.
"""

from services.groups.ring import Ring
from services.leaderless.quorums.plan import Plan


class Local:
    """See `QuorumPolicy`."""

    def plan(self, key: str, ring: Ring, n: int, near: tuple[str, ...]) -> Plan:
        """See `QuorumPolicy`."""
        homes = ring.preference(key, n)
        return Plan(
            homes=tuple(home for home in homes if home in near),
            beside=tuple(home for home in homes if home not in near),
        )
