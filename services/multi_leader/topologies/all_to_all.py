"""Each leader sends its own changes to every other one, so no death stops what others have to say.

It hands on the changes of those who are gone: what one of them had sent to some and not to others. The price
are n · (n - 1) ways, on which a change may overtake one that it depends on. (PostgreSQL's logical replication
between several nodes, BDR, Tungsten.)
"""

from collections.abc import Sequence

from services.multi_leader.topologies import Routes, all_but


def routes(node: str, nodes: Sequence[str], gone: Sequence[str]) -> Routes:
    """See `Topology`."""
    own = [origin for origin in nodes if origin == node or origin in gone]
    return {peer: all_but(peer, own) for peer in nodes if peer != node}
