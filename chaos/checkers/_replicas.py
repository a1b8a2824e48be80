"""Does a replica show a change without one that must come before it? For guarantees about replicas.

Clients ask one replica after another, and reads that two replicas answered prove little about either.
So the evidence is two reads answered by the *same* replica in the same epoch, the second after the
first: the first shows an effect, the second lacks, or has again replaced, what came before that effect.
A replica only adds to what it has as long as its epoch lasts; after a change of leader it may have to
throw changes away, so nothing is concluded across epochs.

What comes before a change is for each guarantee to say: `Knowledge`. Turned round, a cause is due at a
replica from the first read there that shows an effect of it. One sweep finds these moments, a second one
the reads after them that lack the cause. Only reads that `_suspects` cannot clear are looked at.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from chaos.checkers._ages import Ages, ages, traced, unwritten
from chaos.checkers._columns import FOREVER, NOBODY, Columns, columns
from chaos.checkers._moments import greatest_before, smallest_after
from chaos.checkers._passing import READ, WRITE, passed
from chaos.checkers._suspects import suspects
from chaos.checkers._words import did, saw, sentence, witness_of
from chaos.history import History
from chaos.history.table import Bools, Ints
from chaos.judging.verdict import Finding, Witness, found, unknown


@dataclass(frozen=True)
class Knowledge:
    """From `moment` on, the change in row `change` comes before whatever `whose` begins to write."""

    whose: Ints
    moment: Ints
    change: Ints

    def at(self, rows: Bools) -> "Knowledge":
        """A part of it."""
        return Knowledge(self.whose[rows], self.moment[rows], self.change[rows])


def judge(
    name: str,
    history: History,
    knowledge: Callable[[Columns, Ages], Knowledge],
    order: Callable[[Columns], Ints] = lambda table: table.session,
) -> Finding:
    """Found with one witness for each read without a cause. `order` is whose order each change keeps."""
    table, reason = traced(columns(history))
    of_rows = ages(table)
    evidence = _Evidence(table, of_rows, knowledge(table, of_rows), order(table))
    lacking = evidence.lacking()
    if len(lacking):
        return found(name, len(lacking), map(evidence.witness, lacking))
    anonymous = np.flatnonzero(~table.writes & (table.replica == NOBODY))
    if not reason and len(anonymous):
        reason = f"the answer to read {table.begin[anonymous[0]]} names no replica"
    reason = reason or unwritten(history, table)
    return unknown(name, reason) if reason else passed(name, history.succeeded, READ, WRITE)


@dataclass(frozen=True)
class _Evidence:
    table: Columns
    ages: Ages
    everything: Knowledge
    whose: Ints

    @cached_property
    def suspects(self) -> Ints:
        return np.flatnonzero(suspects(self.table, self.ages))

    @cached_property
    def sights(self) -> Ints:
        """The reads that show a change."""
        return np.flatnonzero(~self.table.writes & (self.ages.change >= 0))

    @cached_property
    def known(self) -> Knowledge:
        """What is known of the keys that matter."""
        suspected = np.zeros(len(self.table.keys), dtype=np.bool_)
        suspected[self.table.key[self.suspects]] = True
        return self.everything.at(suspected[self.table.key[self.everything.change]])

    def lacking(self) -> Ints:
        """The rows of the reads that lack a cause, in order."""
        replicas = np.unique(self.table.replica[self.suspects])
        replicas = replicas[replicas != NOBODY]
        return np.sort(np.concatenate([np.zeros(0, np.int64), *map(self._lacking_at, replicas)]))

    def _lacking_at(self, replica: int) -> Ints:
        asked = self.suspects[self.table.replica[self.suspects] == replica]
        sights = self.sights[self.table.replica[self.sights] == replica]
        begin, key = self.table.begin, self.table.key
        due = self._due(sights, np.zeros_like(key))
        change = self.known.change
        newest = greatest_before(key[change], due, begin[change], key[asked], begin[asked])
        replaced = np.full(len(begin) + 1, FOREVER)  # one row more, for reads of no change
        np.minimum.at(replaced, change, self._due(sights, key))
        older = self.ages.until[asked] < newest
        lacking: Ints = asked[older | (replaced[self.ages.change[asked]] < begin[asked])]
        return lacking

    def _due(self, sights: Ints, kind: Ints) -> Ints:
        """When the replica first shows an effect, of the same kind, of each thing known."""
        effect, known = self.ages.change[sights], self.known
        kinds = int(kind.max(initial=0)) + 1
        group = self.whose[effect] * kinds + kind[effect]
        asked = known.whose * kinds + kind[known.change]
        return smallest_after(group, self.table.begin[effect], self.table.end[sights], asked, known.moment)

    def witness(self, row: int) -> Witness:
        """The cause begun last of those that it lacks, and the effect begun last that shows so."""
        cause, first = next(self._disorders(row))
        before, effect = self.table.operation(cause), self.table.operation(self.ages.change[first])
        seen, unseen = self.table.operation(first), self.table.operation(row)
        order = f"although {did(before)} before {did(effect)}"
        text = f"{saw(seen)}; afterwards, from the same replica, {saw(unseen)}, {order}"
        return witness_of(sentence(text), before, effect, seen, unseen)

    def _disorders(self, row: int) -> Iterator[tuple[int, int]]:
        """Rows of a cause, and of a read that shows its effect."""
        table, known = self.table, self.known
        sights = self.sights[table.replica[self.sights] == table.replica[row]]
        sights = sights[table.end[sights] < table.begin[row]]
        newer = table.begin[known.change] > self.ages.until[row]
        yield from self._shown(sights, known.at(newer & (table.key[known.change] == table.key[row])))
        of_key = sights[table.key[sights] == table.key[row]]
        yield from self._shown(of_key, known.at(known.change == self.ages.change[row]))

    def _shown(self, sights: Ints, known: Knowledge) -> Iterator[tuple[int, int]]:
        effect = self.ages.change[sights]
        latest = np.full(int(self.whose.max()) + 1, -1, dtype=np.int64)
        np.maximum.at(latest, self.whose[effect], self.table.begin[effect])
        shown = known.at(known.moment < latest[known.whose])
        for at in np.argsort(-self.table.begin[shown.change])[:1]:
            session = shown.whose[at]
            of_session = sights[
                (self.whose[effect] == session) & (self.table.begin[effect] == latest[session])
            ]
            yield int(shown.change[at]), int(of_session[0])
