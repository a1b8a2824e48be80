"""While nodes were being upgraded no write succeeded for longer than the scenario allows.

The history has two marks for an upgrade: nodes are stopped, and have started again. What counts is the
longest time in which writes were wanted and none succeeded, if it began before the nodes had all started and
ended after the first was stopped; it may last beyond the upgrade, until there is a leader again. It goes by
the times in the history, as `_outages.py` says.

Assumed, else unknown: something was upgraded, some write succeeded at some time, and a bound is stated.
"""

import math
from collections.abc import Sequence

from chaos.checkers._outages import NO_BOUND, Outage, outages
from chaos.checkers._passing import changed
from chaos.checkers._words import seconds, sentence, witness_of
from chaos.history import Event, History
from chaos.history.faults import struck
from chaos.judging.verdict import Finding, Witness, found, unknown

NAME = "needs-downtime"
START, STOP = "start-upgrade", "stop-upgrade"


def check(history: History, *, bound_ms: float | None = None) -> Finding:
    """Found with one witness for each such upgrade; measures `needs_downtime_ms`, that of the longest."""
    starts = [mark for mark in history.nemesis if mark.f == START]
    wanted = [operation for operation in history.client_operations if operation.writes]
    if not starts:
        return unknown(NAME, "nothing was upgraded")
    if not wanted:
        return unknown(NAME, "nobody asked for any write")
    stalls = list(outages(history, wanted))
    upgrades = [(start, _longest(start, history.nemesis, stalls)) for start in starts]
    measures = {f"{NAME.replace('-', '_')}_ms": max(_ms(stall) for _, stall in upgrades)}
    if bound_ms is None:
        return unknown(NAME, NO_BOUND, measures)
    long = [(start, stall) for start, stall in upgrades if stall and stall.duration_ms > bound_ms]
    if not long:
        return changed(NAME, history, measures)
    return found(NAME, len(long), (_witness(start, stall, bound_ms) for start, stall in long), measures)


def _longest(start: Event, marks: Sequence[Event], stalls: Sequence[Outage]) -> Outage | None:
    """The longest stall while that upgrade went on."""
    ends = (mark for mark in marks if mark.f == STOP and struck(mark.value) == struck(start.value))
    end_ns = next((mark.time for mark in ends if mark.index > start.index), math.inf)
    during = (stall for stall in stalls if stall.begin_ns < end_ns and stall.end_ns > start.time)
    return max(during, key=_ms, default=None)


def _ms(stall: Outage | None) -> float:
    return stall.duration_ms if stall else 0.0


def _witness(start: Event, stall: Outage, bound_ms: float) -> Witness:
    names = sorted(struck(start.value))
    nodes = f"{'nodes' if len(names) > 1 else 'node'} {', '.join(names)}"
    text = (
        f"{nodes} had been stopped for an upgrade at {seconds(start.time)}, and no write succeeded from "
        f"{seconds(stall.begin_ns)} to {seconds(stall.end_ns)}, although one was wanted: "
        f"{stall.duration_ms:.0f} ms, more than the {bound_ms:.0f} ms allowed"
    )
    return witness_of(sentence(text), stall.wish)
