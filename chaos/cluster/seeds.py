"""Every random draw comes from one seed, through a generator of its own for each purpose.

A child generator depends only on the seed and its path of names, so what one connection draws does not shift
with what others do. It uses a stable hash because Python's own differs between runs.
"""

from hashlib import sha256
from random import Random


def child(seed: int, *path: object) -> Random:
    """The generator for `path`, for instance `child(7, "n1-n2", 3, "upstream", "slow")`."""
    digest = sha256(repr((seed, *path)).encode()).digest()
    return Random(int.from_bytes(digest[:8], "big"))
