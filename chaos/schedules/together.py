"""Strokes that only together make what they are known for: partitions that have a name, and the swizzle.

`two-sides`, `one-alone`, `bridge` (one node still reaches both halves) and `majorities-ring` (everybody
sees a majority, no two the same one) are Jepsen's. In a swizzle one node is cut off from the others one
by one, and comes back to them in another order (FoundationDB's "swizzle-clogging", which is said to find
what nothing else finds).
"""

from collections.abc import Callable, Sequence
from random import Random
from typing import TypeAlias

from chaos.schedules.aims import Aims
from chaos.schedules.schedule import Stroke

PROMOTED_AFTER_MS = 800  # at the latest
Grudges: TypeAlias = Sequence[tuple[str, tuple[str, ...]]]  # who does not reach whom, and the other way round


def partition(random: Random, aims: Aims, at_ms: int, for_ms: int) -> list[Stroke]:
    """A partition of all nodes (at least four) that has a name; where nobody talks nothing is cut."""
    name = random.choice(tuple(PARTITIONS))
    grudges = PARTITIONS[name](random, tuple(random.sample(aims.nodes, len(aims.nodes))))
    return [
        Stroke(kind="cut", at_ms=at_ms, for_ms=for_ms, source=node, targets=cut, part_of=name)
        for node, others in grudges
        if (cut := aims.linked(node, others))
    ]


def swizzle(random: Random, aims: Aims, length_ms: int) -> list[Stroke]:
    """All cuts begin in the first half of `length_ms`, and end in the second one."""
    victim, *others = random.sample(aims.nodes, len(aims.nodes))
    middle = length_ms // 2
    strokes = []
    for other in aims.linked(victim, others):
        at_ms, end_ms = random.randrange(middle), random.randrange(middle, length_ms)
        strokes.append(
            Stroke(
                kind="cut",
                at_ms=at_ms,
                for_ms=end_ms - at_ms,
                source=victim,
                targets=(other,),
                part_of="swizzle",
            )
        )
    return strokes


def promotion(random: Random, at_ms: int, for_ms: int) -> list[Stroke]:
    """What an operator does by hand: the leader is dead, and a follower is promoted a little later."""
    promoted_ms = at_ms + random.randrange(PROMOTED_AFTER_MS)
    return [
        Stroke(kind="kill", at_ms=at_ms, for_ms=for_ms, source="leader", part_of="promotion"),
        Stroke(kind="promote", at_ms=promoted_ms, for_ms=0, source="follower", part_of="promotion"),
    ]


def two_sides(random: Random, nodes: tuple[str, ...]) -> Grudges:
    """Each side has at least two nodes."""
    at = random.randint(2, len(nodes) - 2)
    return [(node, nodes[at:]) for node in nodes[:at]]


def one_alone(_: Random, nodes: tuple[str, ...]) -> Grudges:
    """The first node reaches nobody."""
    return [(nodes[0], nodes[1:])]


def bridge(_: Random, nodes: tuple[str, ...]) -> Grudges:
    """Two halves; the first node reaches both."""
    halves = nodes[1:]
    middle = len(halves) // 2
    return [(node, halves[middle:]) for node in halves[:middle]]


def majorities_ring(_: Random, nodes: tuple[str, ...]) -> Grudges:
    """In a ring, each node reaches its nearest neighbours, as many as it takes for a majority."""
    count = len(nodes)
    nearest = (count // 2 + 1) // 2
    return [
        (node, tuple(nodes[(at + step) % count] for step in range(nearest + 1, count - nearest)))
        for at, node in enumerate(nodes)
    ]


PARTITIONS: dict[str, Callable[[Random, tuple[str, ...]], Grudges]] = {
    "two-sides": two_sides,
    "one-alone": one_alone,
    "bridge": bridge,
    "majorities-ring": majorities_ring,
}
