"""A read returned a value that had been replaced by a write acknowledged before the read began.

Weaker than linearizability, but the evidence is just two operations. A value is certainly replaced once a
change is acknowledged that began after the change that left the value was over. Changes in doubt are never
over, so what they left does not count as replaced. Each add replaces the value of a set: a read that lacks an
element acknowledged before it began is stale, unless a delete may explain it.

If clients say what they knew (`saw`, `siblings`), a write replaces the values that its client knew, and a
read is stale if every value that it returned was replaced by some write acknowledged before the read began.

How stale: since when the value had been replaced (milliseconds from the first acknowledgement of a
successor to the beginning of the read), and by how many acknowledged changes (versions). Both are lower
bounds. For the stale reads it gives the median, the 95th percentile (nearest rank) and the maximum, and their
share of all reads of values.

Assumed, else unknown: no value written twice to one register, and every value read was written by somebody
before. Not looked at: what is neither a register nor a set, and the replicas' final contents.
"""

import math
import statistics
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from chaos.checkers._keys import ADDS, KeyOperations, elements, failed_to_leave, left_behind, may_remove
from chaos.checkers._knowledge import Knowledge, contents, is_known
from chaos.checkers._outdated import Outdated
from chaos.checkers._passing import CHANGE, READ, passed
from chaos.checkers._scope import scope
from chaos.checkers._words import answerer, seconds, sentence, shown, shown_values, unsourced, was_told
from chaos.history import History, Operation, canonical
from chaos.judging.verdict import Finding, Witness, found, unknown

NAME = "stale-read"


@dataclass(frozen=True)
class Stale:
    """A stale read, the first acknowledged change that it missed, and how many it missed."""

    read: Operation
    successor: Operation
    versions: int

    @property
    def behind_ns(self) -> float:
        """For how long the value had been replaced when the read began."""
        return self.read.invoked_ns - self.successor.returned_ns


def check(history: History) -> Finding:
    """Found with the stalest reads as witnesses."""
    judged = scope(history)
    if judged.foreign:
        return unknown(NAME, judged.foreign)
    keys = judged.keys
    stale = [stale for of_key in keys for stale in stale_reads(of_key)]
    if stale:
        stale.sort(key=lambda one: (-one.behind_ns, one.read.index))
        reads = sum(len(of_key.reads) for of_key in keys)
        measures = _measures(stale, reads)
        witnesses = (_witness(one) for one in stale)
        return replace(found(NAME, len(stale), witnesses, measures), summary=_summary(measures))
    doubts = [*(text for of_key in keys for text in untraced(of_key)), *judged.doubts]
    if doubts:
        return unknown(NAME, doubts[0])
    measures = {"stale_reads": 0}
    return passed(NAME, judged.succeeded, READ, CHANGE, measures=measures, summary=judged.summary)


def stale_reads(of_key: KeyOperations) -> Iterator[Stale]:
    """Each read of this key that was certainly stale."""
    if is_known(of_key):
        yield from _stale_by_knowledge(of_key)
    else:
        yield from (_stale_sets if of_key.is_set else _stale_registers)(of_key)


def _stale_by_knowledge(of_key: KeyOperations) -> Iterator[Stale]:
    knowledge = Knowledge(of_key)
    for read in of_key.reads:
        state = Outdated(knowledge, read.index, read.end)
        if missed := state.missed(contents(read.value, read.siblings)):
            yield Stale(read, missed[0], len(missed))


def _stale_registers(of_key: KeyOperations) -> Iterator[Stale]:
    acknowledged = sorted(of_key.acknowledged, key=lambda change: change.end)
    ends = [change.end for change in acknowledged]
    latest_begins = list(accumulate((change.index for change in acknowledged), max, initial=-1))
    sources = _sources(of_key)
    for read in of_key.reads:
        over = bisect_left(ends, read.index)
        source_end = _source_end(sources, read)
        if source_end is not None and source_end < latest_begins[over]:
            successors = acknowledged[bisect_left(ends, source_end) : over]
            missed = [change for change in successors if change.index > source_end]
            yield Stale(read, missed[0], len(missed))


def _sources(of_key: KeyOperations) -> dict[bytes, list[Operation]]:
    sources: dict[bytes, list[Operation]] = {}
    for change in of_key.changes:
        sources.setdefault(canonical(left_behind(change)), []).append(change)
    return sources


def _source_end(sources: dict[bytes, list[Operation]], read: Operation) -> float | None:
    """When the change that left the value was over, as late as may be; None when nobody left it.

    The absent value was there from the beginning, before event 0.
    """
    candidates = sources.get(canonical(read.value), [])
    ends = [change.end for change in candidates if change.index < read.end]
    return max(ends, default=-1 if read.value is None else None)


def _stale_sets(of_key: KeyOperations) -> Iterator[Stale]:
    adds = sorted((add for add in of_key.acknowledged if add.f in ADDS), key=lambda add: add.end)
    added = [canonical(add.value) for add in adds]
    ends = [add.end for add in adds]
    deletes = [change for change in of_key.changes if change.f == "delete"]
    for read in of_key.reads:
        seen = elements(read.value)
        over = bisect_left(ends, read.index)
        unseen = (adds[at] for at in range(over) if added[at] not in seen)
        missed = [add for add in unseen if not _may_explain(deletes, add, read)]
        if missed:
            yield Stale(read, missed[0], len(missed))


def _may_explain(deletes: Sequence[Operation], add: Operation, read: Operation) -> bool:
    return any(delete.index < read.end and may_remove(delete, add) for delete in deletes)


def untraced(of_key: KeyOperations) -> Iterator[str]:
    """Why the age of some reads of this key cannot be told."""
    if is_known(of_key):
        yield from _untraced_parts(Knowledge(of_key))
        return
    sources = {} if of_key.is_set else _sources(of_key)
    for read in () if of_key.is_set else of_key.reads:
        if _source_end(sources, read) is None:
            yield _unknown_age(of_key, read, read.value)


def _untraced_parts(knowledge: Knowledge) -> Iterator[str]:
    yield from knowledge.doubts
    for read in knowledge.of_key.reads:
        state = Outdated(knowledge, read.index, read.end)
        for value in state.untraced(contents(read.value, read.siblings)):
            yield _unknown_age(knowledge.of_key, read, value)


def _unknown_age(of_key: KeyOperations, read: Operation, value: object) -> str:
    whence = unsourced(failed_to_leave(of_key, value), "which nobody had written by then")
    return f"read {read.index} of {read.key} returned {shown(value)}, {whence}, so its age cannot be told"


def _measures(stale: Sequence[Stale], reads: int) -> dict[str, float]:
    behind: dict[str, Sequence[float]] = {
        "ms": sorted(round(one.behind_ns / 1e6, 3) for one in stale),
        "versions": sorted(one.versions for one in stale),
    }
    share = {"stale_reads": len(stale), "stale_share": round(len(stale) / reads, 4)}
    return share | {
        f"staleness_{name}_{unit}": value
        for unit, values in behind.items()
        for name, value in (
            ("median", statistics.median(values)),
            ("p95", values[math.ceil(0.95 * len(values)) - 1]),
            ("max", values[-1]),
        )
    }


def _summary(measures: Mapping[str, float]) -> str:
    names = ("median", "p95", "max")
    ms = ", ".join(f"{measures[f'staleness_{name}_ms']:.0f}" for name in names)
    versions = ", ".join(f"{measures[f'staleness_{name}_versions']:g}" for name in names)
    return (
        f"{measures['stale_share']:.1%} of the reads were stale, at the median, the 95th percentile and most "
        f"by {ms} ms and {versions} versions"
    )


def _saw(read: Operation) -> str:
    return f"saw {shown_values(read.value, read.siblings)}"


def _witness(stale: Stale) -> Witness:
    read, successor = stale.read, stale.successor
    saw = f"{shown(successor.value)} was not in it" if successor.f in ADDS else _saw(read)
    behind = f"{seconds(stale.behind_ns)} and {stale.versions} version{'s' if stale.versions > 1 else ''}"
    text = (
        f"process {read.process} asked {answerer(read)} for {read.key} at {seconds(read.invoked_ns)} and "
        f"{saw}, although {was_told(successor)}: {behind} behind"
    )
    return Witness((*successor.event_indexes, *read.event_indexes), sentence(text))
