"""A ring that closes without its dead: each leader sends to the next one from whom it hears anything.

Whoever comes back is taken in again at its place, and is sent what it lacks. (What an operator does by hand
with MySQL's `CHANGE REPLICATION SOURCE`, and what managers of rings do for him.)
"""

from collections.abc import Sequence

from services.multi_leader.topologies import Routes, all_but, next_of


def routes(node: str, nodes: Sequence[str], gone: Sequence[str]) -> Routes:
    """See `Topology`."""
    peer = next_of(node, [each for each in nodes if each == node or each not in gone])
    return {peer: all_but(peer, nodes)} if peer != node else {}
