"""Databases without a leader, in miniature: settings of the same code that show what each is known for.

None of them is the database: `left_out` says what it has besides that matters here. What is shared by all is
left out of the list: rings that grow while they work, gossip, data models, security.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

A_DAY_MS = 24 * 3_600_000


@dataclass(frozen=True)
class Miniature:
    """The settings of `family` that make it; `known_for` and `left_out` are for people."""

    known_for: str
    left_out: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    family: str = "leaderless"


OF_THREE = {"n": 3, "w": 2, "r": 2}

MINIATURES: Mapping[str, Miniature] = {
    "dynamo": Miniature(
        known_for="siblings by version vectors; the shop merges carts, and a deleted item may be back",
        left_out="sloppy quorums (here only with last-write-wins), vectors that are cut off when they grow",
        settings={**OF_THREE, "versions": "vectors", "read_repair": "behind", "anti_entropy": True},
    ),
    "cassandra": Miniature(
        known_for="the newest stamp of a wall clock wins, value by value; tombstones go after a while",
        left_out="columns with a stamp each, a grace of ten days (here one), Paxos",
        settings={
            **OF_THREE,
            "versions": "last-write-wins",
            "clock": "wall",
            "quorum": "hinted",
            "read_repair": "before",
            "tombstones": "by-age",
            "tombstone_grace_ms": A_DAY_MS,
        },
    ),
    "riak": Miniature(
        known_for="siblings with an opaque context, by dotted version vectors: no more than writers at once",
        left_out="sloppy quorums (here only with last-write-wins), data types that merge by themselves",
        settings={**OF_THREE, "versions": "dotted-vectors", "read_repair": "behind", "anti_entropy": True},
    ),
    "voldemort": Miniature(
        known_for="a write that has not seen what its home has is refused, and its client reads again",
        left_out="zones, a store of its own for hints",
        settings={
            **OF_THREE,
            "versions": "vectors",
            "obsolete": "refused",
            "quorum": "hinted",
            "read_repair": "behind",
        },
    ),
}
