"""Why no order of a key's operations exists, drawn as Porcupine's visualizer draws it.

There is a row for each client, and a bar for each operation from its request to its answer. A dot is a moment
at which an operation may take effect, and a line connects the dots in the longest possible order; it stops at
the operation that fits nowhere. Beginnings and ends are placed by their order, not their time, so that an
operation of a millisecond can be read beside one that took a second. Only the end of the order is drawn.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from chaos.checkers._keys import UnreadableError
from chaos.checkers._orders import DeadEnd, dead_end
from chaos.checkers._search import OutOfBudgetError
from chaos.checkers._words import sentence, told
from chaos.history import Key, Operation
from chaos.report.columns import shown
from chaos.report.order_words import against, because
from chaos.report.saved import Saved

JUDGED = ("linearizable", "new-then-old", "stale-read")  # each of them breaks what a register promises
LAST, BESIDE, LONGEST = 7, 5, 9  # operations of the order, others at its end, letters of a value
LEFT, TOP, ROW, BAR = 78.0, 30.0, 40.0, 24.0
GAP, WIDE, DOT = 20.0, 82.0, 18.0


@dataclass(frozen=True)
class Bar:
    """An operation; `at` is where its dot is (None: it has none), `place` which one in the order it is.

    Its `state` is placed, stop, or beside (asked for, but in no place yet); `says` is all of it in words.
    """

    x: float
    y: float
    width: float
    text: str
    says: str
    index: int
    state: str
    place: int | None
    at: float | None
    is_read: bool
    is_open: bool
    is_against: bool


@dataclass(frozen=True)
class Step:
    """A piece of the line from dot to dot; `skips` counts what of the order is left out between them."""

    path: str
    skips: int
    is_last: bool


@dataclass(frozen=True)
class OrderDrawing:
    """The end of the longest order; `placed` is its length. `doubt` says why there is no drawing."""

    key: str
    doubt: str = ""
    placed: int = 0
    bars: tuple[Bar, ...] = ()
    steps: tuple[Step, ...] = ()
    rows: tuple[tuple[str, float], ...] = ()
    because: tuple[str, ...] = ()
    times: tuple[tuple[float, str], ...] = ()
    width: float = 0.0
    height: float = 0.0


def order_drawing(saved: Saved) -> OrderDrawing | None:
    """The drawing for the first key about which a checker says something that no order explains, or None."""
    doubt: OrderDrawing | None = None
    for key in _accused(saved):
        try:
            end = dead_end(saved.history, key)
        except OutOfBudgetError as error:
            doubt = doubt or OrderDrawing(str(key), doubt=str(error))
            continue
        except UnreadableError:
            continue  # a set, say, of which a checker knows other things
        if end is not None:
            return _drawn(end)
    return doubt


def _accused(saved: Saved) -> Iterable[Key]:
    """The keys that witnesses name, the first of each finding before all others."""
    found = [each for each in saved.verdict.anomalies if each.found and each.name in JUDGED]
    events = saved.history.events
    keys = (events[index].key for each in found for witness in each.witnesses for index in witness.ops[:1])
    return dict.fromkeys(key for key in keys if key is not None)


def _drawn(end: DeadEnd) -> OrderDrawing:
    chosen = _chosen(end)
    axis = _Axis(chosen, end)
    processes = sorted({one.process for one in chosen})
    rows = {process: TOP + ROW * row for row, process in enumerate(processes)}
    bars = _bars(chosen, end, axis, rows)
    return OrderDrawing(
        key=str(end.of_key.key),
        placed=len(end.order),
        bars=bars,
        steps=tuple(_steps(bars)),
        rows=tuple((f"process {process}", y + BAR / 2 + 4) for process, y in rows.items()),
        because=tuple(because(end)),
        times=tuple(axis.times()),
        width=axis.width + 12,
        height=TOP + ROW * len(rows),
    )


def _bars(
    chosen: Iterable[Operation], end: DeadEnd, axis: "_Axis", rows: Mapping[int, float]
) -> tuple[Bar, ...]:
    contradicting = {one.index for one in against(end)}
    places = {one.index: place for place, one in enumerate(end.order, 1)}
    return tuple(
        Bar(
            x=axis.x(one.index),
            y=rows[one.process],
            width=axis.x(one.end) - axis.x(one.index),
            text=_text(one),
            says=sentence(told(one)),
            index=one.index,
            state="stop" if one is end.stop else "placed" if one.index in places else "beside",
            place=places.get(one.index),
            at=axis.dots.get(one.index),
            is_read=one.f == "read",
            is_open=one.end > end.stop.end,
            is_against=one.index in contradicting,
        )
        for one in chosen
    )


def _text(one: Operation) -> str:
    """What stands on a bar."""
    if one.f == "cas":
        return " → ".join(map(_short, one.value))
    return "delete" if one.f == "delete" else f"{one.f} {_short(one.value)}"


def _short(value: object) -> str:
    """Values of one run begin alike, and differ in their ends."""
    text = shown(value)
    return text if len(text) <= LONGEST else f"…{text[1 - LONGEST :]}"


def _steps(bars: Iterable[Bar]) -> Iterator[Step]:
    """From dot to dot, and from the last to the bar at which the order ends."""
    placed = sorted((each for each in bars if each.place), key=lambda each: each.place or 0)
    for one, other in pairwise(placed):
        path = f"M{one.at} {one.y + BAR / 2}L{other.at} {other.y + BAR / 2}"
        yield Step(path, (other.place or 0) - (one.place or 0) - 1, is_last=False)
    stop = next(each for each in bars if each.state == "stop")
    if placed:
        last, x = placed[-1], max(stop.x, min(placed[-1].at or 0, stop.x + stop.width))
        yield Step(f"M{last.at} {last.y + BAR / 2}L{x} {stop.y + BAR / 2}", 0, is_last=True)


def _chosen(end: DeadEnd) -> list[Operation]:
    """The last of the order, whatever the stop contradicts, the stop, and what was under way beside it."""
    placed, contradicting = {one.index for one in end.order}, {one.index for one in against(end)}
    operations = (*end.of_key.changes, *end.of_key.reads)
    beside = [
        one
        for one in operations
        if one.index not in placed and one.index < end.stop.end and one is not end.stop
    ]
    kept = [one for one in end.order[:-LAST] if one.index in contradicting]
    chosen = [*kept, *end.order[-LAST:], *sorted(beside, key=lambda one: -one.index)[:BESIDE], end.stop]
    return sorted(chosen, key=lambda one: one.index)


class _Axis:
    """Events in their order from left to right, and the dots between them."""

    def __init__(self, chosen: Sequence[Operation], end: DeadEnd) -> None:
        self._chosen, self._last = chosen, end.stop.end
        ends = (one.end for one in chosen if one.end <= self._last)
        self._events: list[float] = sorted({*(one.index for one in chosen), *ends})
        rank: dict[float, int] = {event: place for place, event in enumerate(self._events)}
        between = self._between(end, rank)
        whole = {(rank[one.index], rank[one.end]) for one in chosen if one.end in rank}
        self._xs = [LEFT]
        for place in range(len(self._events) - 1):
            least = WIDE if (place, place + 1) in whole else GAP
            self._xs.append(self._xs[-1] + max(least, DOT * (1 + len(between.get(place, ())))))
        self.width = self._xs[-1] + WIDE / 2
        self.dots = {index: x for place, some in between.items() for index, x in self._spread(place, some)}

    def x(self, event: float) -> float:
        """Where that event is; the right edge for those after the last."""
        return self.width if event > self._last else self._xs[self._events.index(event)]

    def times(self) -> Iterator[tuple[float, str]]:
        """Some of the events with their time."""
        began: dict[float, float] = {one.index: one.invoked_ns for one in self._chosen}
        ended = {one.end: one.returned_ns for one in self._chosen if one.end <= self._last}
        moments = {**ended, **began}
        last_x = -math.inf
        for event, x in zip(self._events, self._xs, strict=True):
            if x - last_x >= WIDE:
                yield x, f"{moments[event] / 1e9:.3f} s"
                last_x = x

    def _between(self, end: DeadEnd, rank: Mapping[float, int]) -> dict[int, list[int]]:
        """Which dots stand in which gap: each behind the beginnings of all that comes before it."""
        drawn = {one.index for one in self._chosen}
        gaps: dict[int, list[int]] = {}
        latest = 0
        for one in end.order:
            if one.index in drawn:
                latest = max(latest, rank[one.index])
                gaps.setdefault(latest, []).append(one.index)
        return gaps

    def _spread(self, place: int, some: Sequence[int]) -> Iterator[tuple[int, float]]:
        begin, until = self._xs[place], [*self._xs, self.width][place + 1]
        for number, index in enumerate(some, 1):
            yield index, begin + (until - begin) * number / (len(some) + 1)
