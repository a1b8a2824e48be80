"""One leader in the middle, the first: all others send to it, and it hands everything on.

Two steps from anybody to anybody, and one node without which nobody hears of anybody else. (GoldenGate's hub
and spokes, MySQL with one source of all sources.)
"""

from collections.abc import Sequence

from services.multi_leader.topologies import Routes, all_but


def routes(node: str, nodes: Sequence[str], gone: Sequence[str]) -> Routes:
    """See `Topology`."""
    hub = nodes[0]
    peers = nodes[1:] if node == hub else (hub,)
    return {peer: all_but(peer, nodes) for peer in peers}
