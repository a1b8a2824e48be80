"""Consistent hashing: which nodes are the homes of a key, without asking any node.

Nodes are on a ring, each in many places; a key's homes are the first `n` different nodes from the key's own
place onwards (Dynamo calls this its preference list). A node that comes or goes moves only the keys next to
it; with the hash modulo the number of nodes, nearly all keys would move (Karger et al. 1997). A hash tag
keeps keys together, as in `services.groups.partitions`.
"""

from collections.abc import Sequence
from functools import lru_cache

from uhashring import HashRing

from services.groups.partitions import hashed_part

AROUND = 2**128  # how many values the ring's hash has


class Ring:
    """The nodes in their places; equal names give equal rings everywhere."""

    def __init__(self, nodes: Sequence[str]) -> None:
        self._ring = HashRing(nodes=sorted(nodes))
        self.size = len(nodes)

    def preference(self, key: str, most: int) -> tuple[str, ...]:
        """The first `most` nodes for `key`, the nearest first; all nodes if there are fewer."""
        found = self._ring.range(hashed_part(key), size=most)
        return tuple(str(node["nodename"]) for node in found)

    def places(self) -> list[tuple[float, str]]:
        """The places of the nodes on the ring, from 0 to 1, each with its node."""
        return [(point / AROUND, str(node)) for point, node in self._ring.get_points()]

    def place(self, key: str) -> float:
        """The place of `key`, from 0 to 1; its homes are from there onwards."""
        return float(self._ring.hashi(hashed_part(key)) / AROUND)


@lru_cache(maxsize=64)
def ring_of(nodes: tuple[str, ...]) -> Ring:
    """The ring of these nodes; it is cached, because making one takes a while and it never changes."""
    return Ring(nodes)
