"""A leader was replaced although no fault had taken it away for longer than the scenario allows.

That the lead passed is seen in the answers: acknowledged writes name who took them, in which epoch. Whether
there was need is seen in the marks of the faults. A leader was away while it was dead, stood still, or links
of it were cut or lost messages; slow links, load and wrong clocks take nobody away. Replacing it was right
if such a fault was in force at some time from its last acknowledged write to the first one of its successor,
and lasted longer than the bound; a dead leader may be replaced at once. An operator's promotion or hand-over
has a reason, and no change needs another within ten seconds of the order. Where the keys are shared out
over partitions, each has a leader and epochs of its own, and is looked at by itself.

Assumed, else unknown: a bound is stated, and acknowledgements name replica and epoch.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from chaos.checkers._outages import NO_BOUND
from chaos.checkers._words import answerer, seconds, sentence, witness_of
from chaos.history import Event, History, Operation
from chaos.history.faults import struck
from chaos.judging.verdict import Finding, Witness, found, not_found, unknown

NAME = "needless-failover"

RESTART = "restart-on-old-disk"  # dead and back in one event
STARTS = frozenset({"start", "start-on-empty-disk", RESTART})
ENDS = {
    "kill": STARTS,
    "start-upgrade": frozenset({"stop-upgrade"}),
    "pause": STARTS | {"resume"},
    "freeze": STARTS | {"thaw"},
    "start-partition": frozenset({"stop-partition"}),
    "start-lose-request": frozenset({"stop-lose-request"}),
    "start-lose-reply": frozenset({"stop-lose-reply"}),
    "start-refuse": frozenset({"stop-refuse"}),
}
STOPPED = frozenset({"kill", "start-upgrade"})
ORDERS = frozenset({"promote", "hand-over"})
ORDER_NS = 10e9


@dataclass(frozen=True)
class Absence:
    """From `begin_ns` to `end_ns` the `nodes` (one, or those that a link joins) were away.

    None instead of nodes: an operator's order was in force.
    """

    begin_ns: float
    end_ns: float
    nodes: frozenset[str] | None
    at_once: bool = False  # there is no need to wait and see

    def lasted_ms(self) -> float:
        """How long; infinite for what needs no patience."""
        return math.inf if self.at_once else (self.end_ns - self.begin_ns) / 1e6


@dataclass(frozen=True)
class Change:
    """The lead passed: `last` is the old leader's last acknowledged write before the new one's `first`."""

    last: Operation
    first: Operation
    away_ms: float  # the longest absence that may have been the reason


def check(history: History, *, bound_ms: float | None = None) -> Finding:
    """Found with one witness for each needless change; measures `failovers` and `needless_failovers`."""
    writes = [op for op in history.client_operations if op.outcome == "ok" and op.writes]
    if not writes:
        return unknown(NAME, "no write was acknowledged, so nobody was seen to lead")
    for write in writes:
        if write.node is None or write.epoch is None:
            return unknown(NAME, f"the answer to operation {write.index} names no replica or no epoch")
    changes = list(_changes(writes, list(_absences(history))))
    if bound_ms is None:
        return unknown(NAME, NO_BOUND, {"failovers": len(changes)})
    needless = [change for change in changes if change.away_ms <= bound_ms]
    measures = {"failovers": len(changes), "needless_failovers": len(needless)}
    if not needless:
        return not_found(NAME, measures)
    return found(NAME, len(needless), (_witness(change, bound_ms) for change in needless), measures)


def _changes(writes: Sequence[Operation], absences: Sequence[Absence]) -> Iterator[Change]:
    of_partition: dict[int, list[Operation]] = {}
    for write in writes:
        of_partition.setdefault(write.partition or 0, []).append(write)
    for _, its_writes in sorted(of_partition.items()):
        yield from _changes_in_one(its_writes, absences)


def _changes_in_one(writes: Sequence[Operation], absences: Sequence[Absence]) -> Iterator[Change]:
    by_epoch: dict[int, list[Operation]] = {}
    for write in writes:
        by_epoch.setdefault(write.epoch or 0, []).append(write)
    for before, after in pairwise(sorted(by_epoch)):
        first = min(by_epoch[after], key=lambda write: write.returned_ns)
        earlier = [write for write in by_epoch[before] if write.returned_ns <= first.returned_ns]
        last = max(earlier or by_epoch[before], key=lambda write: write.returned_ns)
        reasons = [absence for absence in absences if _may_explain(absence, last, first)]
        yield Change(last, first, max((absence.lasted_ms() for absence in reasons), default=0.0))


def _may_explain(absence: Absence, last: Operation, first: Operation) -> bool:
    concerned = absence.nodes is None or last.node in absence.nodes
    return concerned and absence.begin_ns <= first.returned_ns and absence.end_ns >= last.invoked_ns


def _absences(history: History) -> Iterator[Absence]:
    """Every time somebody was away, open ends lasting for ever; and the orders of operators, by moment."""
    marks = history.nemesis
    for position, mark in enumerate(marks):
        if mark.f in ORDERS:
            yield Absence(mark.time, mark.time + ORDER_NS, None, at_once=True)
        elif mark.f == RESTART:
            yield Absence(mark.time, mark.time, struck(mark.value), at_once=True)
        elif mark.f in ENDS:
            for name in struck(mark.value):
                end_ns = _end_ns(name, ENDS[mark.f], marks[position + 1 :])
                yield Absence(mark.time, end_ns, frozenset(name.split("-")), mark.f in STOPPED)


def _end_ns(name: str, ends: frozenset[str], later: Sequence[Event]) -> float:
    """When this node or link was given back."""
    return next((mark.time for mark in later if mark.f in ends and name in struck(mark.value)), math.inf)


def _witness(change: Change, bound_ms: float) -> Witness:
    last, first = change.last, change.first
    away = f"was away for {change.away_ms:.0f} ms" if change.away_ms else "was never away"
    at = seconds(last.returned_ns)
    told = f"leader {answerer(last)} acknowledged a write at {at}, and {answerer(first)} one"
    text = (
        f"{told} at {seconds(first.returned_ns)}, although {last.node} {away}, and up to {bound_ms:.0f} ms "
        "need no successor"
    )
    return witness_of(sentence(text), last, first)
