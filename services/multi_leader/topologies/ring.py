"""Each leader sends to the next one only, its own changes and all that it was sent.

The fewest ways that there can be, and each of them is needed: when one node dies, nothing passes through it
any more, until somebody closes the ring without it. (MySQL in a circle, for many years the usual way.)
"""

from collections.abc import Sequence

from services.multi_leader.topologies import Routes, all_but, next_of


def routes(node: str, nodes: Sequence[str], gone: Sequence[str]) -> Routes:
    """See `Topology`."""
    peer = next_of(node, nodes)
    return {peer: all_but(peer, nodes)} if peer != node else {}
