"""Each leader sends its own changes to every other one, so a dead leader stops no other's changes.

It also hands on the changes of leaders that are gone, which some of the others may lack. The price is
n · (n - 1) routes, on which a change may overtake one that it depends on. (PostgreSQL's logical replication
between several nodes, BDR, Tungsten.)
"""

from collections.abc import Sequence

from services.multi_leader.topologies import Routes, all_but


def routes(node: str, nodes: Sequence[str], gone: Sequence[str]) -> Routes:
    """See `Topology`."""
    own = [origin for origin in nodes if origin == node or origin in gone]
    return {peer: all_but(peer, own) for peer in nodes if peer != node}
