"""How long clients asked in vain: the longest time in which something was wanted and nothing was done.

Such a time begins with a request, or with a success while other requests were already waiting. It ends with
the next success, or when the clients' last request ended. Times without requests do not count.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from chaos.checkers._passing import UNTESTED
from chaos.checkers._words import seconds, sentence, witness_of
from chaos.history import NEMESIS, History, Operation
from chaos.judging.verdict import Finding, Witness, found, not_found, unknown

NO_BOUND = (
    "no bound was stated: a scenario does it by bounds_ms, `./lab check` by --bound-ms, in milliseconds"
)


@dataclass(frozen=True)
class Outage:
    """From `begin_ns` to `end_ns` since the run began; `wish` was the first request in vain."""

    begin_ns: float
    end_ns: float
    wish: Operation

    @property
    def duration_ms(self) -> float:
        """How long it lasted."""
        return round((self.end_ns - self.begin_ns) / 1e6, 3)


def judge(
    name: str,
    history: History,
    bound_ms: float | None,
    what: str,
    *,
    wanted: Callable[[Operation], bool] = lambda operation: True,
    door: Callable[[Operation], str | None] = lambda operation: None,
) -> Finding:
    """Found when some outage of the `wanted` operations is longer than the bound; each one counts.

    Operations are looked at apart by `door`, which says where their clients asked.
    """
    wishes: dict[str | None, list[Operation]] = {}
    for operation in filter(wanted, history.client_operations):
        wishes.setdefault(door(operation), []).append(operation)
    by_length = [outage for asked in wishes.values() for outage in outages(history, asked)]
    by_length.sort(key=lambda outage: (-outage.duration_ms, outage.wish.index))
    if not by_length:
        return unknown(name, f"nobody asked for any {what}")
    measures = {f"{name.replace('-', '_')}_ms": by_length[0].duration_ms}
    if bound_ms is None:
        return unknown(name, NO_BOUND, measures)
    long = [outage for outage in by_length if outage.duration_ms > bound_ms]
    witnesses = (_witness(outage, bound_ms, what, door(outage.wish)) for outage in long)
    if long:
        return found(name, len(long), witnesses, measures)
    for place, asked in wishes.items():
        if all(wish.outcome != "ok" for wish in asked):
            where = f" at {place}" if place else ""
            return unknown(name, f"no {what}{where} succeeded, {UNTESTED}", measures)
    return not_found(name, measures)


def outages(history: History, wishes: Sequence[Operation]) -> Iterator[Outage]:
    """The time up to each success, and after the last one, as far as something was wanted."""
    invoked = [wish.invoked_ns for wish in wishes]
    given_up = [_given_up_ns(history, wish) for wish in wishes]
    longest = list(accumulate(zip(given_up, range(len(wishes)), strict=True), max))
    successes = sorted(wish.returned_ns for wish in wishes if wish.outcome == "ok")
    for begin_ns, end_ns in pairwise([-1.0, *successes, max(given_up)]):
        at = bisect_right(invoked, begin_ns)
        if at and longest[at - 1][0] > begin_ns:
            yield Outage(begin_ns, end_ns, wishes[longest[at - 1][1]])
        elif at < len(wishes) and invoked[at] < end_ns:
            yield Outage(invoked[at], end_ns, wishes[at])


def _given_up_ns(history: History, wish: Operation) -> float:
    """When its client went on without it; for one still open, the end of all that clients did."""
    if wish.completed_index is not None:
        return history.events[wish.completed_index].time
    return history.once(_stopped_ns)


def _stopped_ns(history: History) -> float:
    return max(event.time for event in history.events if event.process != NEMESIS and not event.final)


def _witness(outage: Outage, bound_ms: float, what: str, place: str | None) -> Witness:
    where = f" at {place}" if place else ""
    text = (
        f"no {what}{where} succeeded from {seconds(outage.begin_ns)} to {seconds(outage.end_ns)}, although "
        f"one was wanted: {outage.duration_ms:.0f} ms, more than the {bound_ms:.0f} ms allowed"
    )
    return witness_of(sentence(text), outage.wish)
