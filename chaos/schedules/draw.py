"""Draws a schedule from a seed: which faults, on whom, when and for how long.

Lengths are spread over orders of magnitude, because the gaps that bugs hide in are short (a message
under way) or long (a timeout); some schedules lean to the one, some to the other. The leader is aimed
at more often than its share. Some schedules contain a swizzle: one node is cut off from the others one
by one, and comes back to them in another order (FoundationDB's "swizzle-clogging", which is said to
find what nothing else finds); others fall into two sides.
"""

from collections.abc import Callable, Collection, Sequence
from random import Random

from chaos.cluster import Ability
from chaos.links import CONTROLLER
from chaos.schedules.schedule import NEEDS, Kind, Schedule, Stroke

LENGTH_MS = 4000
FEWEST, MOST = 2, 7
SHORTEST_MS, LONGEST_MS = 10, 2500
BRIEF, LONG = 0.6, 0.97  # the chance that a stroke lasts twice as long
SLOW_MS = (5, 30, 150, 500)
SWIZZLES = 0.2  # of all schedules
PARTITIONS = 0.3
BLACKOUTS = 0.2  # of what strikes leaders

WEIGHTS: dict[Kind, int] = {
    "cut": 5,
    "cut-one-way": 4,
    "lose-requests": 2,
    "lose-replies": 3,
    "slow": 2,
    "slow-one-way": 2,
    "kill": 5,
    "pause": 4,
    "clock": 3,
    "disk-slow": 2,
}
AMOUNTS: dict[Kind, Callable[[Random], int]] = {
    "slow": lambda random: random.choice(SLOW_MS),
    "slow-one-way": lambda random: random.choice(SLOW_MS),
    "clock": lambda random: random.choice((-1, 1)) * random.choice((100, 5_000, 3_600_000)),
    "disk-slow": lambda random: random.choice((10, 100)),
}


def draw(
    random: Random, replicas: Sequence[str], gateways: Sequence[str], abilities: Collection[Ability]
) -> Schedule:
    """A schedule of faults that a runtime with these `abilities` can do."""
    weights = {kind: weight for kind, weight in WEIGHTS.items() if NEEDS[kind] <= set(abilities)}
    kinds = random.choices(list(weights), list(weights.values()), k=random.randint(FEWEST, MOST))
    lasting = random.uniform(BRIEF, LONG)
    strokes = [_stroke(kind, random, lasting, replicas, gateways) for kind in kinds]
    if random.random() < SWIZZLES:
        strokes += _swizzle(random, (*replicas, *gateways, CONTROLLER))
    if random.random() < PARTITIONS:
        strokes += _partition(random, lasting, (*replicas, *gateways, CONTROLLER))
    return Schedule(tuple(sorted(strokes, key=lambda stroke: stroke.at_ms)), LENGTH_MS)


def _stroke(
    kind: Kind, random: Random, lasting: float, replicas: Sequence[str], gateways: Sequence[str]
) -> Stroke:
    on_links = "links" in NEEDS[kind]
    source = _victim(random, replicas, (*gateways, CONTROLLER) if on_links else (CONTROLLER,))
    return Stroke(
        kind=kind,
        at_ms=random.randrange(LENGTH_MS),
        for_ms=_length_ms(random, lasting),
        source=source,
        targets=(
            _peers(random, source, (*replicas, CONTROLLER), gateways)
            if on_links
            else _fellows(random, source, replicas)
        ),
        amount=AMOUNTS[kind](random) if kind in AMOUNTS else 0,
    )


def _victim(random: Random, replicas: Sequence[str], others: Sequence[str]) -> str:
    draw = random.random()
    if draw < 0.4:
        return "leader"
    return random.choice(replicas if draw < 0.85 else others)


def _fellows(random: Random, source: str, replicas: Sequence[str]) -> tuple[str, ...]:
    """Now and then all replicas are struck at once, as when the power of a building fails."""
    return tuple(replicas) if source == "leader" and random.random() < BLACKOUTS else ()


def _peers(random: Random, source: str, inner: Sequence[str], gateways: Sequence[str]) -> tuple[str, ...]:
    """Everyone, one other node, or all nodes but the gateways, which then reach both sides."""
    draw = random.random()
    if draw < 0.2:
        return ()
    others = tuple(node for node in inner if node != source)
    return others if draw < 0.6 else (random.choice([*others, *gateways]),)


def _length_ms(random: Random, lasting: float) -> int:
    """Doubled again and again with a chance of `lasting`. No logarithms: they differ between machines."""
    length = SHORTEST_MS
    while length < LONGEST_MS and random.random() < lasting:
        length *= 2
    return min(LONGEST_MS, round(length * (1 + random.random())))


def _swizzle(random: Random, nodes: Sequence[str]) -> list[Stroke]:
    victim, *others = random.sample(nodes, len(nodes))
    begins = sorted(random.randrange(LENGTH_MS // 2) for _ in others)
    ends = [random.randrange(LENGTH_MS // 2, LENGTH_MS) for _ in others]
    return [
        Stroke(kind="cut", at_ms=begin, for_ms=end - begin, source=victim, targets=(other,))
        for other, begin, end in zip(others, begins, ends, strict=True)
    ]


def _partition(random: Random, lasting: float, nodes: Sequence[str]) -> list[Stroke]:
    """Two sides, each of at least two nodes, that cannot reach each other."""
    shuffled = random.sample(nodes, len(nodes))
    at = random.randint(2, len(nodes) - 2)
    at_ms, for_ms = random.randrange(LENGTH_MS), _length_ms(random, lasting)
    return [
        Stroke(kind="cut", at_ms=at_ms, for_ms=for_ms, source=node, targets=tuple(shuffled[at:]))
        for node in shuffled[:at]
    ]
