"""A request as its coordinator saw it: whom it asked, who answered when, whom it repaired, what it said.

It is made from overheard messages. A message belongs to the request if it is about the same key and left the
same gateway while the request was under way; repairs leave with the last answer.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chaos.history import Operation
from chaos.report.columns import shown
from chaos.report.hearsay import CLIENT, messages_of
from chaos.report.saved import Saved

TO_HOMES = ("fetch-versions", "store-versions", "write-version")
MOST, WIDTH, LEFT, ROW = 3, 640.0, 110.0, 22.0
BEHIND_NS = 1_000_000  # so soon after the last answer a repair has left
NS_PER_MS = 1_000_000

Line = Mapping[str, Any]


@dataclass(frozen=True)
class Leg:
    """One message to a home; milliseconds since the request came, None for never."""

    home: str
    what: str
    sent_ms: float
    arrived_ms: float | None
    answered_ms: float | None
    ended_ms: float | None
    outcome: str


@dataclass(frozen=True)
class Asked:
    """One request: what it was, who coordinated, when the client was told what, and all its messages."""

    title: str
    coordinator: str
    index: int
    told_ms: float | None
    outcome: str
    legs: tuple[Leg, ...]

    @property
    def end_ms(self) -> float:
        """When the last of it was over; very long waits are cut off."""
        told = self.told_ms or 0.0
        ends = [leg.ended_ms or leg.sent_ms for leg in self.legs]
        return max(0.1, told, min(max(ends, default=0.0), 5 * told if told else float("inf")))

    def x(self, ms: float) -> float:
        """Where a moment lies in the drawing."""
        return round(LEFT + (WIDTH - LEFT - 12) * min(1.0, ms / self.end_ms), 1)


def asked(saved: Saved) -> list[Asked]:
    """Up to three requests: those that a checker named, then those that repaired, then those that failed."""
    messages = [line for line in messages_of(saved) if line.get("key") is not None]
    by_client: dict[tuple[Any, ...], list[Line]] = {}
    to_homes: dict[tuple[Any, ...], list[Line]] = {}
    for line in messages:
        if line["from"] == CLIENT:
            by_client.setdefault((line["to"], line["key"]), []).append(line)
        elif line["kind"] in TO_HOMES:
            to_homes.setdefault((line["from"], line["key"]), []).append(line)
    found = {}
    for operation in _candidates(saved):
        place = operation.gateway, operation.key
        seen = _seen(operation, by_client.get(place, ()), to_homes.get(place, ()))
        if seen is not None and seen.legs:
            found[operation.index] = seen
        if len(found) == MOST:
            break
    return list(found.values())


def _candidates(saved: Saved) -> Iterator[Operation]:
    operations = saved.history.client_operations
    by_event = {index: each for each in operations for index in each.event_indexes}
    for finding in saved.verdict.anomalies:
        for witness in finding.witnesses[:1]:
            yield from (by_event[index] for index in witness.ops if index in by_event)
    repaired = [
        (each.time_s * 1e9, each.fields.get("key")) for each in saved.events if each.event == "read-repaired"
    ]
    for moment_ns, key in repaired[:MOST]:
        reads = (each for each in operations if each.f == "read" and each.key == key)
        yield from [each for each in reads if each.invoked_ns <= moment_ns][-1:]
    yield from (each for each in operations if each.error and "homes of" in each.error)


def _seen(operation: Operation, by_client: Iterable[Line], to_homes: Sequence[Line]) -> Asked | None:
    kind = "read" if operation.f == "read" else "write"
    of_kind = (line for line in by_client if (line["kind"] == "read") == (kind == "read"))
    came = next((line for line in of_kind if line["time"] >= operation.invoked_ns), None)
    if came is None or came["arrived"] is None or operation.gateway is None:
        return None
    begin, told = came["arrived"], came["answered"]
    of_it = [line for line in to_homes if begin <= line["time"] <= (told or begin)]
    last = max((line["ended"] for line in of_it if line["ended"] is not None), default=begin)
    repairs = [
        line
        for line in to_homes
        if kind == "read" and line not in of_it and last <= line["time"] <= last + BEHIND_NS
    ]
    repairs = [line for line in repairs if line["kind"] == "store-versions"]
    return Asked(
        title=f"{operation.f} of {operation.key}",
        coordinator=operation.gateway,
        index=operation.index,
        told_ms=None if told is None else (told - begin) / NS_PER_MS,
        outcome=_outcome(operation),
        legs=tuple(_leg(line, begin, kind) for line in (*of_it, *repairs)),
    )


def _outcome(operation: Operation) -> str:
    """What the client was told."""
    if operation.outcome != "ok":
        return operation.error or "nobody knows"
    several = operation.siblings or ()
    return f"{len(several)} siblings" if several else shown(operation.value)


def _leg(line: Line, begin_ns: int, kind: str) -> Leg:
    def since(name: str) -> float | None:
        return None if line[name] is None else (line[name] - begin_ns) / NS_PER_MS

    repairs = kind == "read" and line["kind"] == "store-versions"
    what = "repaired" if repairs else "asked" if line["kind"] == "fetch-versions" else "told"
    moments = (since("arrived"), since("answered"), since("ended"))
    return Leg(line["to"], what, (line["time"] - begin_ns) / NS_PER_MS, *moments, line["outcome"] or "")
