"""One leader in the middle, the first: all others send to it, and it hands everything on.

Any change reaches any leader in two steps, but without the one in the middle no leader hears from another.
(GoldenGate's hub and spokes, MySQL with one source of all sources.)
"""

from collections.abc import Sequence

from services.multi_leader.topologies import Routes, all_but


def routes(node: str, nodes: Sequence[str], gone: Sequence[str]) -> Routes:
    """See `Topology`."""
    hub = nodes[0]
    peers = nodes[1:] if node == hub else (hub,)
    return {peer: all_but(peer, nodes) for peer in peers}
