"""An effect is seen without its cause: an answer without its question, an update without its insert.

What comes before what (Lamport 1978, Ahamad et al. 1995): the operations of a session in their order,
the write before every read that returns it, and whatever follows from these. A read breaks causality
when it returns a value, or nothing, although a change of that key which came after that value comes
before the read. For histories with unique values this and reads from nowhere are all that can go wrong
(the bad patterns of causal consistency, Bouajjani et al. 2017, of which this is "WriteCORead" and
"WriteCOInitRead"), so no clock and no order of versions is assumed.

Assumed, else unknown: registers of reads, writes and deletes, no value written twice to one key, every
value read was written before. What a session did counts once it was over.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from chaos.checkers._ages import untraceable, unwritten
from chaos.checkers._columns import columns, session_of, token
from chaos.checkers._keys import left_behind
from chaos.checkers._words import did, saw, sentence, witness_of
from chaos.history import History, Key, Operation
from chaos.verdict import Finding, Witness, found, not_found, unknown

NAME = "causality"

# What one process did for one session, which is one thing after the other.
Line: TypeAlias = tuple[str | int, int]
# For each line the index of its last change that is known; all its earlier ones are known with it.
Past: TypeAlias = dict[Line, int]


def check(history: History) -> Finding:
    """Found with one witness for each read without a cause."""
    table = columns(history.client_operations)
    reason = untraceable(table) or unwritten(table)
    if reason:
        return unknown(NAME, reason)
    missing = list(_Pasts(table.operations).missing())
    return found(NAME, len(missing), map(_witness, missing)) if missing else not_found(NAME)


@dataclass(frozen=True)
class Missing:
    """`read` lacks `cause`, which its session knew from `effect`, seen in `sight` (both None: its own)."""

    cause: Operation
    effect: Operation | None
    sight: Operation | None
    read: Operation


class _Pasts:
    """What each session and each change knows, as the history goes by."""

    def __init__(self, operations: Sequence[Operation]) -> None:
        self.operations = operations
        self.of_session: dict[str | int, Past] = defaultdict(dict)
        self.of_change: dict[int, Past] = {}
        self.changes: dict[Key | None, dict[Line, list[Operation]]] = defaultdict(dict)
        self.by_value: dict[tuple[Key | None, object], list[Operation]] = defaultdict(list)
        self.sights: dict[str | int, list[tuple[Operation, Operation]]] = defaultdict(list)

    def missing(self) -> Iterator[Missing]:
        """The reads that lack something, in the order of their answers."""
        events: list[tuple[float, Operation]] = [
            (operation.index, operation) for operation in self.operations
        ]
        events += [(operation.end, operation) for operation in self.operations if operation.outcome == "ok"]
        pasts: dict[int, Past] = {}
        for moment, operation in sorted(events, key=lambda event: event[0]):
            session = self.of_session[session_of(operation)]
            if moment == operation.index:
                pasts[operation.index] = dict(session)
                if operation.f != "read":
                    self.begin(operation, pasts[operation.index])
                continue
            past = pasts.pop(operation.index)
            if operation.f == "read":
                yield from self.look(operation, past)
            _learn(session, past)

    def begin(self, change: Operation, past: Past) -> None:
        """From now on somebody may see it, and with it all that its session knew."""
        past[_line(change)] = change.index
        self.of_change[change.index] = past
        self.changes[change.key].setdefault(_line(change), []).append(change)
        self.by_value[change.key, token(left_behind(change))].append(change)

    def look(self, read: Operation, past: Past) -> Iterator[Missing]:
        """What the read lacks; its session learns what it saw, and what whoever wrote that knew."""
        sources: list[Operation | None] = [*self.by_value[read.key, token(read.value)]]
        sources += [None] if read.value is None else []  # absent from the beginning
        known = list(self.last_known(read.key, past))
        successors = [change for source in sources if (change := self.successor(source, known))]
        if len(successors) == len(sources):
            yield self.explained(successors[0], read)
        if len(sources) == 1 and sources[0] is not None:
            _learn(past, self.of_change[sources[0].index])
            self.sights[session_of(read)].append((sources[0], read))

    def last_known(self, key: Key | None, past: Past) -> Iterator[Operation]:
        """The last change of the key in each line, as far as it is known."""
        for line, changes in self.changes[key].items():
            at = bisect_right(changes, past.get(line, -1), key=lambda change: change.index)
            if at:
                yield changes[at - 1]

    def successor(self, source: Operation | None, known: Iterable[Operation]) -> Operation | None:
        """One of the known changes that came after `source`, which is None for the beginning."""
        for change in known:
            if source is None or (change is not source and self.knows(change, source)):
                return change
        return None

    def knows(self, change: Operation, earlier: Operation) -> bool:
        """Does `earlier` come before `change`, or is it the same?"""
        return self.of_change[change.index].get(_line(earlier), -1) >= earlier.index

    def explained(self, cause: Operation, read: Operation) -> Missing:
        """How the session came to know the cause."""
        for effect, sight in self.sights[session_of(read)]:
            if sight.precedes(read) and self.knows(effect, cause):
                return Missing(cause, effect, sight, read)
        return Missing(cause, None, None, read)


def _line(operation: Operation) -> Line:
    return session_of(operation), operation.process


def _learn(past: Past, more: Past) -> None:
    for line, index in more.items():
        past[line] = max(past.get(line, -1), index)


def _witness(missing: Missing) -> Witness:
    cause, read = missing.cause, missing.read
    if missing.sight is None or missing.effect is None:
        text = f"{saw(read)}, although before that {did(cause)} in the same session"
        return witness_of(sentence(text), cause, read)
    if missing.effect is cause:
        text = f"{saw(missing.sight)}; but then {saw(read)}, which comes before that"
        return witness_of(sentence(text), cause, missing.sight, read)
    knew = f"which was written by somebody who knew that {did(cause)}"
    text = f"{saw(missing.sight)}, {knew}; but then {saw(read)}, as if that had not been"
    return witness_of(sentence(text), cause, missing.effect, missing.sight, read)
