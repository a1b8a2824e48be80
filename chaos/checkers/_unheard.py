"""Which leader still had not heard of a change when it could have, for longer than a bound.

A leader is asked for a register and shows a state from before a change that another leader had acknowledged
long ago. Nobody blames the two if a fault was in their own way: the bound counts from the moment when the
last fault was over that had struck either, and as long as one is in force it does not count at all. What is
left are changes that did not find their way round somebody else. What each holds in the end, when the cluster
has settled, is a look that comes late enough for all.

Assumed, else unknown: registers, no value written twice to one key; some write was acknowledged, and somebody
asked another replica for its key so late that it had to know. Not looked at: deletes, and keys that somebody
deletes; sets; keys whose clients say what they knew.
"""

import math
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from chaos.checkers._finals import FinalContents
from chaos.checkers._keys import KeyOperations
from chaos.checkers._knowledge import is_known
from chaos.checkers._passing import UNTESTED
from chaos.checkers._scope import scope
from chaos.checkers._words import saw, sentence, was_told, witness_of
from chaos.history import History, Operation, canonical
from chaos.history.faults import struck
from chaos.judging.verdict import Finding, Witness, found, not_found, unknown

STARTS = frozenset({"start", "start-on-empty-disk", "restart-on-old-disk"})
OVER = STARTS | {"resume", "thaw", "fast"}  # and whatever begins with "stop-"


class Pair(NamedTuple):
    """A read at one replica that had to know what another one had acknowledged; does it `miss` it?"""

    write: Operation
    read: Operation
    misses: bool


class Moment(NamedTuple):
    """From this time on so many faults that strike a node are in force."""

    time_ns: int
    in_force: int


Troubles: TypeAlias = Mapping[str, Sequence[Moment]]


def unheard(name: str, history: History, bound_ms: float, *, settled: bool) -> Finding:
    """Found with one witness for each read that misses a change, and each replica that does in the end."""
    judged = scope(history)
    if judged.foreign or judged.doubts:
        return unknown(name, judged.foreign or judged.doubts[0])
    troubles = troubles_of(history)
    keys = [of_key for of_key in judged.keys if _is_plain(of_key)]
    pairs = [pair for of_key in keys for pair in _pairs(of_key, troubles, bound_ms)]
    if settled:
        final = FinalContents(history)
        pairs += [pair for of_key in keys for pair in _in_the_end(of_key, final)]
    missed = [pair for pair in pairs if pair.misses]
    measures = {"looked_at": len(pairs), "missed": len(missed)}
    if missed:
        return found(name, len(missed), (_witness(pair, bound_ms) for pair in missed), measures)
    if not pairs:
        why = f"nobody asked another replica for a key written more than {bound_ms:.0f} ms before"
        return unknown(name, f"{why}, {UNTESTED}", measures)
    return not_found(name, measures)


def troubles_of(history: History) -> Troubles:
    """For each node when faults began and ended that struck it or one of its links.

    One whose end is not to be seen is in force for ever.
    """
    troubles: dict[str, list[Moment]] = {}
    for mark in history.nemesis:
        over = mark.f in OVER or mark.f.startswith("stop-")
        for node in sorted({node for name in struck(mark.value) for node in name.split("-")}):
            moments = troubles.setdefault(node, [])
            before = moments[-1].in_force if moments else 0
            moments.append(Moment(int(mark.time), max(0, before - 1) if over else before + 1))
    return troubles


def quiet_since_ns(troubles: Troubles, node: str, at_ns: float) -> float:
    """Since when no fault has struck `node`, as it was at that time; infinite while one is in force."""
    moments = troubles.get(node, ())
    past = bisect_right([moment.time_ns for moment in moments], at_ns)
    if not past:
        return 0.0
    return math.inf if moments[past - 1].in_force else moments[past - 1].time_ns


def _pairs(of_key: KeyOperations, troubles: Troubles, bound_ms: float) -> Iterator[Pair]:
    """Of the reads of a key each that had to know of some write elsewhere, with the last such write."""
    for read in of_key.reads:
        due = [write for write in of_key.acknowledged if _is_due(write, read, troubles, bound_ms)]
        yield from _compared(of_key, due, read)


def _in_the_end(of_key: KeyOperations, final: FinalContents) -> Iterator[Pair]:
    for holding in final.of(of_key.key):
        due = [write for write in of_key.acknowledged if write.node not in (None, holding.node)]
        yield from _compared(of_key, due, holding.read)


def _is_plain(of_key: KeyOperations) -> bool:
    """Is it a register that is only written and read, by clients who do not say what they knew?"""
    return not (of_key.is_set or is_known(of_key) or any(each.f != "write" for each in of_key.changes))


def _compared(of_key: KeyOperations, due: Sequence[Operation], read: Operation) -> Iterator[Pair]:
    """The last of the writes that were `due`, if any, with a read that had to know it."""
    if due:
        write = max(due, key=lambda write: write.index)
        writers = {canonical(each.value): each for each in of_key.changes}
        shown = writers.get(canonical(read.value))
        is_older = read.value is None or (shown is not None and shown.end < write.index)
        yield Pair(write, read, is_older)


def _is_due(write: Operation, read: Operation, troubles: Troubles, bound_ms: float) -> bool:
    if write.node is None or read.node is None or write.node == read.node or write.end > read.index:
        return False
    quiet_ns = (quiet_since_ns(troubles, node, read.invoked_ns) for node in (write.node, read.node))
    return read.invoked_ns - max(write.returned_ns, *quiet_ns) > bound_ms * 1e6


def _witness(pair: Pair, bound_ms: float) -> Witness:
    write, read, _ = pair
    if read.final:
        return witness_of(sentence(f"{was_told(write)}; in the end {saw(read)}"), write, read)
    later_ms = (read.invoked_ns - write.returned_ns) / 1e6
    text = f"{was_told(write)}; {later_ms:.0f} ms later {saw(read)}, and no fault had struck either of them"
    return witness_of(sentence(f"{text} for the {bound_ms:.0f} ms that are allowed"), write, read)
