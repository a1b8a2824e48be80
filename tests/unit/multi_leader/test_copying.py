"""Copies between leaders at any moment: when all changes are everywhere, all leaders show the same."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

import apsw
import pytest

from services.messages import Operation, Write
from services.messages.multi_leader import Change, Step, Transact
from services.messages.versions import Stamp
from services.multi_leader.copying import is_new, pages
from services.multi_leader.knowledge import past_of_all
from services.multi_leader.leader import Leader
from services.multi_leader.resolvers import Resolvers
from services.multi_leader.showing import contents_of
from services.multi_leader.storage import SCHEMA, Storage
from services.settings.multi_leader import Conflicts, MultiLeaderSettings
from services.versions.dotted import Dot, Past

NAMES = ("n1", "n2", "n3")
WAYS: tuple[Conflicts, ...] = ("crdt", "three-way-merge", "record", "lww", "merge", "replica-priority")
SEEDS, STEPS, ROUNDS = 60, 40, 6


class Clock:
    """That of all leaders; it may stand still, and it is wrong by up to 5 s at some of them."""

    now_s = 1e6

    def __init__(self, offset_s: float) -> None:
        self._offset_s = offset_s

    def wall(self) -> float:
        return Clock.now_s + self._offset_s

    def monotonic(self) -> float:
        return Clock.now_s

    boottime = monotonic

    async def sleep(self, delay_s: float) -> None:
        raise NotImplementedError


@dataclass
class Leaders:
    """Three of them; every step draws who does what."""

    conflicts: Conflicts
    dice: Random
    every: dict[str, Leader] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in NAMES:
            connection = apsw.Connection(":memory:")
            connection.execute(SCHEMA)
            storage = Storage(connection, connection)
            resolvers = Resolvers(MultiLeaderSettings(conflicts=self.conflicts))
            self.every[name] = Leader(name, Clock(self.dice.choice((0, 0, 5, -5))), storage, resolvers)

    def step(self) -> None:
        Clock.now_s += self.dice.choice((0, 0.001, 1))
        one, other = self.dice.sample(NAMES, 2)
        kind = self.dice.choice(("write", "write", "write", "ship", "ship", "copy"))
        if kind == "write":
            self.every[one].write_all([self.asked(self.every[one])])
        elif kind == "copy":
            self.copy(one, other)
        else:
            self.ship(one, other, self.dice.choice(NAMES), self.dice.choice((1, 5)))

    def asked(self, leader: Leader) -> Write | Transact:
        if self.conflicts == "crdt":
            f, key = self.dice.choice((("add", "s"), ("remove", "s"), ("increment", "c"), ("insert", "l")))
            return Transact(steps=(Step(f, key, self.dice.randint(1, 4)),))  # type: ignore[arg-type]
        key = self.dice.choice("xy")
        context = str(past_of_all(leader.storage.held(key))) if self.dice.random() < 0.7 else ""
        if self.dice.random() < 0.2:
            return Write(operation=Operation("delete", key), context=context)
        text = "\n".join(self.dice.choices("abc", k=3))
        return Write(operation=Operation("put", key, text), context=context)

    def ship(self, one: str, other: str, origin: str, most: int) -> None:
        known = self.every[other].known.get(origin, 0)
        self.every[other].take(self.every[one].storage.after(origin, known, most))

    def copy(self, one: str, other: str) -> None:
        leader = self.every[one]
        for page in list(pages(one, leader.storage, dict(leader.known))):
            self.every[other].merge(page)

    def settle(self) -> None:
        for _ in range(ROUNDS):
            for one in NAMES:
                for other in set(NAMES) - {one}:
                    for origin in NAMES:
                        self.ship(one, other, origin, 999)
                    floors, known = self.every[one].floors, self.every[other].known
                    if any(known.get(origin, 0) < floor for origin, floor in floors.items()):
                        self.copy(one, other)

    def shown(self) -> list[tuple[Mapping[str, Any], ...]]:
        every = [contents_of("", leader) for leader in self.every.values()]
        return [(each.registers, each.siblings, each.sets) for each in every]


@pytest.mark.parametrize("conflicts", WAYS)
def test_leaders_come_to_the_same_however_copies_meet_changes(conflicts: Conflicts) -> None:
    for seed in range(SEEDS):
        leaders = Leaders(conflicts, Random(seed))
        for _ in range(STEPS):
            leaders.step()
        leaders.settle()
        first, *others = leaders.shown()
        assert others == [first, first], seed


def test_a_copy_brings_nothing_back_that_was_replaced() -> None:
    """Not even where whatever arrives is kept."""
    first, second = (
        Change("dc2", number, Operation("put", "x", number), Stamp(number, "dc2"), past=past, number=number)
        for number, past in ((1, ""), (2, str(Past().with_dot(Dot("dc2", 1)))))
    )
    assert not is_new(first, [second]) and not is_new(second, [second])
    assert is_new(second, [first]) and is_new(first, [])
    assert is_new(first, [second], keeps_history=True)
