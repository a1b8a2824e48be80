"""Does a replica show a change without one that must come before it? For guarantees about replicas.

Clients ask one replica after another, and reads that two replicas answered prove little about either.
So the evidence is two reads answered by the *same* replica in the same epoch, the second after the
first: the first shows an effect, the second lacks, or has again replaced, what came before that effect.
A replica only adds to what it has as long as its epoch lasts; after a change of leader it may have to
throw changes away, so nothing is concluded across epochs.

What comes before a change is for each guarantee to say: `Causes`.
"""

from bisect import bisect_left
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from chaos.checkers._ages import Ages, ages, untraceable, unwritten
from chaos.checkers._columns import Columns, columns
from chaos.checkers._words import did, saw, sentence, witness_of
from chaos.history import History, Key, Operation
from chaos.verdict import Finding, Witness, found, not_found, unknown

Session: TypeAlias = Hashable
# What a replica has shown so far: for each session, all keys (None) together and each alone, the effect
# begun last, and the read of it.
Shown: TypeAlias = dict[Key | None, dict[Session, tuple[Operation, Operation]]]


@dataclass(frozen=True)
class Known:
    """From event `moment` on, `change` comes before whatever the session begins to write."""

    moment: float
    change: Operation


@dataclass(frozen=True)
class Disorder:
    """One replica showed `effect` in `first`, and afterwards in `second` a state without `cause`."""

    cause: Operation
    effect: Operation
    first: Operation
    second: Operation


Causes: TypeAlias = Callable[[Columns, Ages], Iterator[tuple[Session, Known]]]


def judge(name: str, history: History, causes: Causes, session: Callable[[Operation], Session]) -> Finding:
    """Found with one witness for each read without a cause. `session` is whose order a change keeps."""
    table = columns(history.client_operations)
    anonymous = next((op for op in table.operations_at(~table.writes) if op.node is None), None)
    reason = untraceable(table)
    if not reason and anonymous:
        reason = f"the answer to read {anonymous.index} names no replica"
    if reason:
        return unknown(name, reason)
    disorders = list(_Sightings(table, causes, session).disorders())
    if disorders:
        return found(name, len(disorders), map(_witness, disorders))
    reason = unwritten(table)
    return unknown(name, reason) if reason else not_found(name)


@dataclass
class _Newest:
    """What was known at each moment, as the change begun last among those known by then."""

    moments: list[float] = field(default_factory=list)
    changes: list[Operation] = field(default_factory=list)

    def before(self, moment: float) -> Operation | None:
        at = bisect_left(self.moments, moment)
        return self.changes[at - 1] if at else None

    def add(self, known: Known) -> None:
        """To be called in order of the moments."""
        newest = max([*self.changes[-1:], known.change], key=lambda change: change.index)
        self.moments.append(known.moment)
        self.changes.append(newest)


class _Sightings:
    def __init__(self, table: Columns, causes: Causes, session: Callable[[Operation], Session]) -> None:
        self.table = table
        self.ages = ages(table)
        self.session = session
        self.newest: dict[tuple[Session, Key | None], _Newest] = {}
        self.known_since: dict[tuple[Session, int], float] = {}
        for whose, known in sorted(causes(table, self.ages), key=lambda pair: pair[1].moment):
            self.newest.setdefault((whose, known.change.key), _Newest()).add(known)
            self.known_since.setdefault((whose, known.change.index), known.moment)

    def disorders(self) -> Iterator[Disorder]:
        """For each read that lacks a cause, the one begun last."""
        shown: dict[Hashable, Shown] = {}
        rows = [row for row, writes in enumerate(self.table.writes) if not writes]
        events = [(self.table.begin[row], False, row) for row in rows]
        events += [(self.table.end[row], True, row) for row in rows]
        for _, returned, row in sorted(events):
            read = self.table.operations[row]
            seen = shown.setdefault((read.node, read.epoch), {})
            if not returned:
                effects = [*seen.get(None, {}).values(), *seen.get(read.key, {}).values()]
                lacking = [d for effect, first in effects if (d := self.lacking(effect, first, row))]
                if lacking:
                    yield max(lacking, key=lambda disorder: disorder.cause.index)
            elif self.ages.change[row] >= 0:
                self.show(seen, self.table.operations[self.ages.change[row]], read)

    def show(self, seen: Shown, effect: Operation, read: Operation) -> None:
        """Remember the effect if it was begun last."""
        whose = self.session(effect)
        for of_session in (seen.setdefault(None, {}), seen.setdefault(effect.key, {})):
            if whose not in of_session or of_session[whose][0].index < effect.index:
                of_session[whose] = (effect, read)

    def lacking(self, effect: Operation, first: Operation, row: int) -> Disorder | None:
        """What this row's state lacks of all that comes before the effect."""
        whose, read = self.session(effect), self.table.operations[row]
        newest = self.newest.get((whose, read.key))
        cause = newest.before(effect.index) if newest else None
        if cause is not None and self.ages.until[row] < cause.index:
            return Disorder(cause, effect, first, read)
        if effect.key == read.key and self.ages.change[row] >= 0:
            source = self.table.operations[self.ages.change[row]]
            if self.known_since.get((whose, source.index), effect.index) < effect.index:
                return Disorder(source, effect, first, read)
        return None


def _witness(disorder: Disorder) -> Witness:
    order = f"although {did(disorder.cause)} before {did(disorder.effect)}"
    text = f"{saw(disorder.first)}; afterwards, from the same replica, {saw(disorder.second)}, {order}"
    return witness_of(sentence(text), disorder.cause, disorder.effect, disorder.first, disorder.second)
