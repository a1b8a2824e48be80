"""Merkle trees: two homes find out what differs between them, and spend little on what does not.

A hash of its name puts each key into one of 4096 leaves. A leaf's digest combines those of its keys, and
each inner node's digest those of the 16 below it. If the roots are equal, so are the contents, and one
message is enough. Otherwise the homes descend only where nodes differ. So traffic grows with what differs,
not with what is held (Merkle 1987; Dynamo, Cassandra and Riak repair this way).
"""

from collections.abc import Mapping, Sequence
from hashlib import blake2b

from services.messages.leaderless import DEPTH

FAN_OUT = 16
LEAVES: int = FAN_OUT**DEPTH
DIGEST_BYTES = 6  # fits into the integers of every language that reads JSON


class Tree:
    """The tree over `digests`, one number for each key's contents."""

    def __init__(self, digests: Mapping[str, int]) -> None:
        self.digests = digests
        self._keys: dict[int, list[str]] = {}
        leaves: dict[int, int] = {}
        for key, digest in digests.items():
            leaf = leaf_of(key)
            self._keys.setdefault(leaf, []).append(key)
            leaves[leaf] = leaves.get(leaf, 0) ^ digest
        self._levels = [leaves]  # each maps a place to its digest; a missing place has nothing below
        for _ in range(DEPTH):
            self._levels.insert(0, _above(self._levels[0]))

    @property
    def root(self) -> int:
        """Equal roots, equal contents."""
        root: int = self._levels[0].get(0, 0)
        return root

    def below(self, level: int, places: Sequence[int]) -> tuple[int, ...]:
        """The digests one level below these places of `level` (the root is level 0), in order."""
        digests = self._levels[level + 1]
        return tuple(digests.get(place, 0) for place in children(places))

    def differing(self, level: int, places: Sequence[int], theirs: Sequence[int]) -> tuple[int, ...]:
        """The children of `places` whose digest differs from that in the other tree."""
        pairs = zip(children(places), self.below(level, places), theirs, strict=True)
        return tuple(place for place, own, other in pairs if own != other)

    def keys_in(self, leaves: Sequence[int]) -> dict[str, int]:
        """The keys in these leaves, each with its digest."""
        return {key: self.digests[key] for leaf in leaves for key in self._keys.get(leaf, ())}


def children(places: Sequence[int]) -> list[int]:
    """The places one level below, those of each place in turn."""
    return [place * FAN_OUT + at for place in places for at in range(FAN_OUT)]


def leaf_of(key: str) -> int:
    """The leaf that `key` lies in."""
    return _hashed(key.encode()) % LEAVES


def digest_of(key: str, contents: str) -> int:
    """A number that stands for the contents of one key."""
    name = key.encode()
    return _hashed(b"%d:%s%s" % (len(name), name, contents.encode()))


def _above(digests: Mapping[int, int]) -> dict[int, int]:
    groups: dict[int, list[int]] = {}
    for place in sorted(digests):
        groups.setdefault(place // FAN_OUT, []).extend((place, digests[place]))
    return {place: _hashed(repr(below).encode()) for place, below in groups.items()}


def _hashed(data: bytes) -> int:
    return int.from_bytes(blake2b(data, digest_size=DIGEST_BYTES).digest(), "big")
