"""Consistent hashing: which nodes are the homes of a key, without anybody to ask.

Nodes stand on a ring, each in many places; a key's homes are the first `n` different nodes from its own place
onwards (its preference list, as Dynamo calls it). A node that comes or goes moves only the keys that lie next
to it, which a remainder of the hash would not achieve (Karger et al. 1997). A hash tag keeps keys together,
as in `services.groups.partitions`.
"""

from collections.abc import Sequence
from functools import lru_cache

from uhashring import HashRing

from services.groups.partitions import hashed_part

AROUND = 2**128  # as many numbers as the ring's hash can come to


class Ring:
    """The nodes on their places; equal names give equal rings everywhere."""

    def __init__(self, nodes: Sequence[str]) -> None:
        self._ring = HashRing(nodes=sorted(nodes))
        self.size = len(nodes)

    def preference(self, key: str, most: int) -> tuple[str, ...]:
        """The first `most` nodes for `key`, the nearest first; all of them where there are no more."""
        found = self._ring.range(hashed_part(key), size=most)
        return tuple(str(node["nodename"]) for node in found)

    def places(self) -> list[tuple[float, str]]:
        """Where on the ring nodes stand, from 0 to 1, and who stands there."""
        return [(point / AROUND, str(node)) for point, node in self._ring.get_points()]

    def place(self, key: str) -> float:
        """Where `key` lies, from 0 to 1; its homes are from there onwards."""
        return float(self._ring.hashi(hashed_part(key)) / AROUND)


@lru_cache(maxsize=64)
def ring_of(nodes: tuple[str, ...]) -> Ring:
    """The ring of these nodes; to make one takes a while, and it never changes."""
    return Ring(nodes)
