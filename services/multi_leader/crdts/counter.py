"""A counter that several leaders may change at once (PN-counter: Shapiro et al. 2011).

Each leader keeps two sums, of what it added and of what it took away, and no other leader changes them. Both
only grow, so of two reports about one leader the larger is the newer, and nothing counts twice.
"""

from collections.abc import Mapping
from typing import TypeAlias

Counter: TypeAlias = dict[str, tuple[int, int]]  # of each leader: all that it added, all that it took away


def joined(one: Mapping[str, tuple[int, int]], other: Mapping[str, tuple[int, int]]) -> Counter:
    """The join of the two."""
    sums: Counter = {}
    for node in sorted(one.keys() | other.keys()):
        (up, down), (more_up, more_down) = one.get(node, (0, 0)), other.get(node, (0, 0))
        sums[node] = max(up, more_up), max(down, more_down)
    return sums


def increment(state: Mapping[str, tuple[int, int]], node: str, by: int) -> Counter:
    """What changes when `node` adds `by`, which may be negative."""
    up, down = state.get(node, (0, 0))
    return {node: (up + max(by, 0), down + max(-by, 0))}


def value(state: Mapping[str, tuple[int, int]]) -> int:
    """What a reader sees."""
    return sum(up - down for up, down in state.values())
