"""Version vectors: how many of each node's writes are known, as a count for each node.

A node that is not named counts 0. Of two vectors one may cover the other, or neither does: then each knows
something that the other does not (Parker et al.: Detection of Mutual Inconsistency, 1983).
"""

from collections.abc import Mapping
from typing import TypeAlias

Vector: TypeAlias = Mapping[str, int]


def covers(one: Vector, other: Vector) -> bool:
    """Does `one` include all that `other` knows?"""
    return all(one.get(node, 0) >= count for node, count in other.items())


def merged(one: Vector, other: Vector) -> dict[str, int]:
    """The union of both; nodes in the order of their names."""
    return {node: max(one.get(node, 0), other.get(node, 0)) for node in sorted({*one, *other})}


def text_of(vector: Vector) -> str:
    """The vector for people and for comparison, for instance `n1:12,n2:7`; equal ones have equal texts."""
    return ",".join(f"{node}:{count}" for node, count in sorted(vector.items()) if count)
