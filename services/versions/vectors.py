"""Version vectors: how much somebody knows of what each node has written, as a count for each node.

What is not named counts 0. Of two vectors one may cover the other, or neither: then each knows something that
the other does not (Parker et al.: Detection of Mutual Inconsistency, 1983).
"""

from collections.abc import Mapping
from typing import TypeAlias

Vector: TypeAlias = Mapping[str, int]


def covers(one: Vector, other: Vector) -> bool:
    """Does `one` know all that `other` knows?"""
    return all(one.get(node, 0) >= count for node, count in other.items())


def merged(one: Vector, other: Vector) -> dict[str, int]:
    """What somebody knows who knows both; nodes in the order of their names."""
    return {node: max(one.get(node, 0), other.get(node, 0)) for node in sorted({*one, *other})}


def text_of(vector: Vector) -> str:
    """The vector for people and for comparison, for instance `n1:12,n2:7`; equal ones have equal texts."""
    return ",".join(f"{node}:{count}" for node, count in sorted(vector.items()) if count)
