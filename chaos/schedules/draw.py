"""Draws a schedule from a seed: which faults, on whom, when and for how long.

Lengths are spread over orders of magnitude, because the gaps that bugs hide in are short (a message
under way) or long (a timeout); some schedules lean to the one, some to the other. The leader is aimed
at more often than its share. Some schedules contain a named partition, a swizzle, or an operator's orders.
Whoever is aimed at is there to be struck (`aims`).

What strikes must be what the remedies promise to survive, or their failures would say nothing: that is
why a disk that forgets (it comes back empty, or as it was a while ago) only meets faults of followers.
It takes back what its node had confirmed to the leader, and so no rule of acknowledgement survives it
together with a failover. (FoundationDB's and TigerBeetle's simulators spare what is needed, too.)
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from random import Random

from chaos.cluster import Ability
from chaos.schedules.aims import Aims
from chaos.schedules.schedule import NEEDS, ONE_WAY, Kind, Schedule, Stroke
from chaos.schedules.together import partition, promotion, swizzle

LENGTH_MS = 4000
FEWEST, MOST = 3, 10
SHORTEST_MS, LONGEST_MS = 10, 2500
BRIEF, LONG = 0.6, 0.97  # the chance that a stroke lasts twice as long
SLOW_MS = (5, 30, 150, 500)
CLOCK_MS = (100, 5_000, 3_600_000)
DRIFT_THOUSANDTHS = (1, 10, 50)
SWIZZLES = 0.2  # of all schedules
PARTITIONS = 0.3
HAND_OVERS = 0.4
PROMOTIONS = 0.15
FORGETFUL = 0.1
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
    "sleep": 1,
    "freeze": 2,
    "clock": 2,
    "clock-drift": 2,
    "clock-strobe": 1,
    "disk-slow": 2,
    "disk-full": 2,
}
AMOUNTS: dict[Kind, Callable[[Random], int]] = {
    "slow": lambda random: random.choice(SLOW_MS),
    "slow-one-way": lambda random: random.choice(SLOW_MS),
    "clock": lambda random: random.choice((-1, 1)) * random.choice(CLOCK_MS),
    "clock-drift": lambda random: random.choice((-1, 1)) * random.choice(DRIFT_THOUSANDTHS),
    "clock-strobe": lambda random: random.choice(CLOCK_MS),
    "disk-slow": lambda random: random.choice((10, 100)),
}


def draw(random: Random, aims: Aims, abilities: Collection[Ability]) -> Schedule:
    """A schedule of faults that a runtime with these `abilities` can do to the cluster of these `aims`."""
    kinds = {kind: weight for kind, weight in WEIGHTS.items() if NEEDS[kind] <= set(abilities)}
    dice = Dice(random, random.uniform(BRIEF, LONG), aims, kinds)
    can_forget = NEEDS["disk-empty"] <= set(abilities) and aims.has_followers
    strokes = (
        _with_a_forgetful_disk(dice)
        if random.random() < FORGETFUL and can_forget
        else _of_all_sorts(dice, NEEDS["kill"] <= set(abilities))
    )
    return Schedule(tuple(sorted(strokes, key=lambda stroke: stroke.at_ms)), LENGTH_MS)


@dataclass(frozen=True)
class Dice:
    """What is drawn from: nodes, and kinds of strokes by weight; `lasting` is how long they tend to be."""

    random: Random
    lasting: float
    aims: Aims
    kinds: dict[Kind, int]

    def some_kinds(self) -> list[Kind]:
        """Kinds of strokes, a few or many."""
        return self.random.choices(
            list(self.kinds), list(self.kinds.values()), k=self.random.randint(FEWEST, MOST)
        )

    def moment_ms(self) -> int:
        """When something begins."""
        return self.random.randrange(LENGTH_MS)

    def length_ms(self) -> int:
        """Doubled again and again with a chance of `lasting`. No logarithms: they differ between machines."""
        length = SHORTEST_MS
        while length < LONGEST_MS and self.random.random() < self.lasting:
            length *= 2
        return min(LONGEST_MS, round(length * (1 + self.random.random())))

    def stroke(self, kind: Kind, source: str) -> Stroke:
        """A stroke on `source`."""
        return Stroke(
            kind=kind,
            at_ms=self.moment_ms(),
            for_ms=self.length_ms(),
            source=source,
            targets=self._peers(kind, source) if "links" in NEEDS[kind] else self._fellows(source),
            amount=AMOUNTS[kind](self.random) if kind in AMOUNTS else 0,
        )

    def victim(self, kind: Kind) -> str:
        """Most often the leader. Machines are struck where replicas, devices and the controller stand."""
        others = self.aims.machines if NEEDS[kind] & {"clocks", "disks"} else self.aims.others
        draw = self.random.random()
        if draw < 0.5 and self.aims.leaders:
            return self.random.choice(self.aims.leaders)
        return self.random.choice(self.aims.with_data if draw < 0.9 else others)

    def hand_over(self) -> Stroke:
        """A leader is to hand over: to whom it likes, or to one that is named."""
        source = self.random.choice(self.aims.leaders)
        targets: tuple[str, ...] = ()
        if source != "leader":
            targets = (
                self.random.choice(self.aims.may_be(source)),
            )  # its name says which partition is meant
        elif self.aims.has_followers and self.random.random() < 0.5:
            targets = ("follower",)
        return Stroke(kind="hand-over", at_ms=self.moment_ms(), for_ms=0, source=source, targets=targets)

    def _fellows(self, source: str) -> tuple[str, ...]:
        """Now and then all replicas are struck at once, as when the power of a building fails."""
        struck = source == "leader" and self.random.random() < BLACKOUTS
        return self.aims.shape.members if struck else ()

    def _peers(self, kind: Kind, source: str) -> tuple[str, ...]:
        """Everyone, one other node, or all nodes but the gateways, which then reach both sides."""
        draw = self.random.random()
        peers = self.aims.peers(source, kind in ONE_WAY)
        if draw < 0.2 or not peers:
            return ()
        others = tuple(node for node in peers if node not in self.aims.shape.gateway_names)
        return others if draw < 0.6 and others else self._one_of(peers, source)

    def _one_of(self, peers: tuple[str, ...], source: str) -> tuple[str, ...]:
        """One node; where it may be the very one that the role `source` means, one more of these."""
        chosen = self.random.choice(peers)
        fellows = [node for node in self.aims.may_be(source) if node != chosen]
        if chosen in self.aims.may_be(source) and fellows:
            return (chosen, self.random.choice(fellows))
        return (chosen,)


def _of_all_sorts(dice: Dice, can_kill: bool) -> list[Stroke]:
    strokes = [dice.stroke(kind, dice.victim(kind)) for kind in dice.some_kinds()]
    if dice.random.random() < SWIZZLES:
        strokes += swizzle(dice.random, dice.aims, LENGTH_MS)
    if dice.random.random() < PARTITIONS:
        strokes += partition(dice.random, dice.aims, dice.moment_ms(), dice.length_ms())
    if dice.aims.leaders and dice.random.random() < HAND_OVERS:
        strokes += [dice.hand_over() for _ in range(dice.random.randint(1, 2))]
    if can_kill and dice.aims.has_followers and dice.random.random() < PROMOTIONS:
        strokes += promotion(dice.random, dice.moment_ms(), dice.length_ms())
    return strokes


def _with_a_forgetful_disk(dice: Dice) -> list[Stroke]:
    forgetting: Kind = dice.random.choice(("disk-empty", "disk-old"))
    others = [dice.stroke(kind, "follower") for kind in dice.some_kinds()]
    return [dice.stroke(forgetting, "follower"), *others]
