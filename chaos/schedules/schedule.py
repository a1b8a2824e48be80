"""A schedule of faults as data: strokes, each with its kind, its targets, a beginning and a length.

A scenario's script tells one story on purpose. A schedule is drawn by chance, and so it must be
something that can be written down: to repeat it, and to make it smaller until only the strokes are
left without which nothing goes wrong.
"""

from typing import Literal, TypeAlias

import msgspec

from chaos.cluster import Ability

LinkKind: TypeAlias = Literal[
    "cut", "cut-one-way", "lose-requests", "lose-replies", "slow", "slow-one-way", "refuse"
]
ClockKind: TypeAlias = Literal["clock", "clock-drift", "clock-strobe"]
StillKind: TypeAlias = Literal["sleep", "freeze"]
DiskKind: TypeAlias = Literal["disk-slow", "disk-full", "disk-empty", "disk-old"]
NodeKind: TypeAlias = Literal["kill", "pause", StillKind, ClockKind, DiskKind]
OrderKind: TypeAlias = Literal["hand-over", "promote"]
Kind: TypeAlias = LinkKind | NodeKind | OrderKind

ONLY_WRITTEN: frozenset[Kind] = frozenset({"refuse"})  # by people; never drawn, or every seed would draw anew
ORDERS: frozenset[Kind] = frozenset({"hand-over", "promote"})
ONE_WAY: frozenset[Kind] = frozenset(
    {"cut-one-way", "lose-requests", "lose-replies", "slow-one-way", "refuse"}
)

NEEDS: dict[Kind, frozenset[Ability]] = {
    "cut": frozenset({"links"}),
    "cut-one-way": frozenset({"links"}),
    "lose-requests": frozenset({"links"}),
    "lose-replies": frozenset({"links"}),
    "slow": frozenset({"links"}),
    "slow-one-way": frozenset({"links"}),
    "refuse": frozenset({"links"}),
    "kill": frozenset({"kill", "restart"}),
    "pause": frozenset({"pause"}),
    "sleep": frozenset({"clocks", "pause"}),
    "freeze": frozenset({"clocks", "pause"}),
    "clock": frozenset({"clocks"}),
    "clock-drift": frozenset({"clocks"}),
    "clock-strobe": frozenset({"clocks"}),
    "disk-slow": frozenset({"disks"}),
    "disk-full": frozenset({"disks"}),
    "disk-empty": frozenset({"disks", "kill"}),
    "disk-old": frozenset({"disks", "kill"}),
    "hand-over": frozenset(),
    "promote": frozenset(),
}


class Stroke(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One fault: it strikes `source` `at_ms` after the schedule began, and is undone `for_ms` later.

    `source` and `targets` are nodes, or `leader` and `follower` as they are at that moment. What strikes
    links strikes those between `source` and the targets, without targets all of `source`; what strikes
    nodes strikes `source` and the targets. An operator's order strikes nobody and is not undone: `source`
    hands over to the target, or to whom it likes; or `source` is promoted. `amount` is milliseconds for a
    slow link and for a clock (how far it jumps, once or under a strobe all the time), thousandths for a clock
    that drifts, and a factor for a slow disk. `part_of` names what several strokes do together.
    """

    kind: Kind
    at_ms: int
    for_ms: int
    source: str
    targets: tuple[str, ...] = ()
    amount: int = 0
    part_of: str = ""

    def __str__(self) -> str:
        return f"{self.at_ms / 1000:.3f} s{self._lasts}: {self.words}"

    @property
    def as_it_strikes(self) -> str:
        """What happens and for how long, but not when: for people who are told at that moment."""
        return f"{self.words}{self._lasts}"

    @property
    def _lasts(self) -> str:
        return "" if self.kind in ORDERS else f", for {self.for_ms / 1000:.3f} s"

    @property
    def words(self) -> str:
        """What it does, without its time."""
        others = ", ".join(self.targets)
        words = _WORDS[self.kind].format(
            source=self.source,
            nodes=", ".join((self.source, *self.targets)),
            others=others or "everyone",
            whom=others or "whom it likes",
            amount=self.amount,
        )
        return f"{words} ({self.part_of})" if self.part_of else words


class Schedule(msgspec.Struct, frozen=True):
    """Strokes in the order in which they begin; they may overlap.

    The schedule begins after `before` writes were acknowledged, so that there is something to break.
    Traffic goes on for `length_ms` at least, and until the last stroke is over.
    """

    strokes: tuple[Stroke, ...]
    length_ms: int
    before: int = 30

    @property
    def ends_ms(self) -> int:
        """When traffic ends."""
        return max([self.length_ms, *(stroke.at_ms + stroke.for_ms for stroke in self.strokes)])


_WORDS: dict[Kind, str] = {
    "cut": "{source} is cut off from {others}",
    "cut-one-way": "what {source} asks of {others} and the answers vanish",
    "lose-requests": "what {source} asks of {others} vanishes",
    "lose-replies": "the answers to {source} from {others} vanish",
    "slow": "links between {source} and {others} are slow by {amount} ms",
    "slow-one-way": "what {source} asks of {others} takes {amount} ms longer",
    "refuse": "{others} refuse the connections of {source}",
    "kill": "dead: {nodes}",
    "pause": "paused: {nodes}",
    "sleep": "asleep: the machines of {nodes}",
    "freeze": "frozen, and only the wall clock shows it afterwards: the machines of {nodes}",
    "clock": "wall clock wrong by {amount} ms: {nodes}",
    "clock-drift": "clocks fast by {amount} thousandths: {nodes}",
    "clock-strobe": "wall clock right and wrong by {amount} ms in turns: {nodes}",
    "disk-slow": "disk slow by a factor of {amount}: {nodes}",
    "disk-full": "disk full: {nodes}",
    "disk-empty": "dead, and back with an empty disk: {nodes}",
    "disk-old": "crash at the end, and back with the disk as it was at the beginning: {nodes}",
    "hand-over": "an operator orders: {source} hands over to {whom}",
    "promote": "an operator orders: {source} is promoted",
}
