"""Each leader sends only to the next one: its own changes and all that it was sent.

A ring has the fewest possible routes, and needs each of them: when a node dies, nothing passes through it any
more, until somebody closes the ring without it. (MySQL in a circle, for many years the usual way.)
"""

from collections.abc import Sequence

from services.multi_leader.topologies import Routes, all_but, next_of


def routes(node: str, nodes: Sequence[str], gone: Sequence[str]) -> Routes:
    """See `Topology`."""
    peer = next_of(node, nodes)
    return {peer: all_but(peer, nodes)} if peer != node else {}
