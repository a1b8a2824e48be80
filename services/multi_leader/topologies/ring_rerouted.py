"""A ring that closes around dead nodes: each leader sends to the next one from which it hears anything.

A leader that comes back takes its old place, and is sent what it lacks. (Operators do this by hand with
MySQL's `CHANGE REPLICATION SOURCE`, and ring managers do it for them.)
"""

from collections.abc import Sequence

from services.multi_leader.topologies import Routes, all_but, next_of


def routes(node: str, nodes: Sequence[str], gone: Sequence[str]) -> Routes:
    """See `Topology`."""
    peer = next_of(node, [each for each in nodes if each == node or each not in gone])
    return {peer: all_but(peer, nodes)} if peer != node else {}
