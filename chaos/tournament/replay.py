"""Replaying recorded writes through one resolver, as every leader would do it, each in an order of its own.

A leader has its own writes at once and others' later, by delays that are drawn from a seed; of each leader in
that one's order, and after what they depend on. Nothing here is a process or a network: resolvers are pure
functions, so who resolves and when does not matter to them. If they are as good as their word, that is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import TypeAlias

import msgspec
from msgspec.structs import replace

from chaos.tournament.recorded import Write
from services.messages import Operation, Value
from services.messages.multi_leader import Change
from services.multi_leader import crdts
from services.multi_leader.crdts import sequence
from services.multi_leader.delivery import deliverable
from services.multi_leader.resolvers import resolver_of
from services.settings.multi_leader import Conflicts, MultiLeaderSettings
from services.store.effects import canonical

LONGEST_US = 3_000_000  # on the way from one leader to another
Shown: TypeAlias = Mapping[str, tuple[Value, ...]]  # under each key


@dataclass(frozen=True)
class Replayed:
    """What each leader shows in the end, and how many bytes the largest of them keeps for that."""

    shown: Mapping[str, Shown]
    kept_bytes: int

    @property
    def converged(self) -> bool:
        """Do all leaders show the same?"""
        first, *others = self.shown.values()
        return all(other == first for other in others)


def replay(writes: Sequence[Write], name: Conflicts, seed: int) -> Replayed:
    """What that resolver makes of them."""
    resolver = resolver_of(MultiLeaderSettings(), name)
    changes = as_shipped(writes, name)
    shown: dict[str, Shown] = {}
    largest = 0
    for leader in sorted({write.change.origin for write in writes}):
        held: dict[str, tuple[Change, ...]] = {}
        for change in arrivals(changes, leader, seed):
            key = change.operation.key
            held[key] = resolver.keep(held.get(key, ()), change)
        shown[leader] = {key: resolver.show(versions) for key, versions in sorted(held.items())}
        kept = (canonical(version) for versions in held.values() for version in versions)
        largest = max(largest, sum(len(each.encode()) for each in kept))
    return Replayed(shown, largest)


def arrivals(changes: Sequence[Change], leader: str, seed: int) -> list[Change]:
    """All changes in the order in which `leader` takes them."""
    random, due = Random(f"{seed} {leader}"), list[tuple[int, int]]()
    for place, change in enumerate(changes):
        delay_us = 0 if change.origin == leader else random.randrange(LONGEST_US)
        due.append((change.stamp.time_us + delay_us, place))
    known: dict[str, int] = {}
    waiting, taken = list[Change](), list[Change]()
    for _, place in sorted(due):
        waiting.append(changes[place])
        while fresh := deliverable(known, waiting, causal=True):
            taken += fresh
            known |= {change.origin: change.sequence for change in fresh}
            waiting = [change for change in waiting if change not in fresh]
    return taken


def as_shipped(writes: Sequence[Write], name: Conflicts) -> list[Change]:
    """The changes that leaders would exchange: versions, or, for a list that merges, what is different."""
    if name != "crdt":
        return [write.change for write in writes]
    effects: list[crdts.State] = []
    for write in writes:
        effects.append(_effect(write, [effects[number] for number in sorted(write.knew)]))
    return [
        replace(
            write.change,
            operation=Operation("put", write.change.operation.key, msgspec.to_builtins(effect)),
            merges=True,
        )
        for write, effect in zip(writes, effects, strict=True)
    ]


def _effect(write: Write, known: Sequence[crdts.State]) -> crdts.State:
    """An author's text as changes to the list of lines that the author knew."""
    before = sequence.Sequence()
    for each in known:
        before = sequence.joined(before, each.list)
    there, text = sequence.values(before), lines(write.change.operation.value)
    effect = sequence.Sequence()
    for line in there:
        if line not in text:
            effect = sequence.joined(effect, sequence.remove(before, line))
    after: str | None = None
    for place, line in enumerate(text):
        if line not in there:
            new = sequence.new_id(write.change.stamp.time_us, place, write.change.origin)
            inserted = sequence.insert(sequence.joined(before, effect), line, after, new)
            effect = sequence.joined(effect, inserted)
        after = line
    return crdts.State(list=effect)


def lines(value: Value) -> list[str]:
    """A value as lines, each of them once: nothing of what was deleted."""
    if value is None:
        return []
    text = value if isinstance(value, str) else canonical(value)
    return list(dict.fromkeys(text.split("\n")))
