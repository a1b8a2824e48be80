"""A write's way through the topology: who had it from whom, how long that took, and whom it never reached.

It is made from overheard messages, each of which says up to which change of each origin it goes. If none were
overheard, an answer to a client says which changes its leader had by then. So it is known who had the write,
and when at the latest, but not from whom.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from msgspec.structs import replace

from chaos.history import Operation
from chaos.report.cast import Cast
from chaos.report.columns import shown
from chaos.report.origins import origins_of
from chaos.report.saved import Saved

EXCHANGES = "changes"  # the kind of message by which leaders tell each other
MOST, LONGEST = 2, 20  # writes, and characters of a value
NS_PER_MS, SILENCE_NS = 1_000_000, 1_000_000_000
BOX_W, BOX_H, STEP_X, STEP_Y = 96.0, 30.0, 190.0, 46.0


@dataclass(frozen=True)
class Hop:
    """A leader's first news of the write, milliseconds after it was asked for; `x`, `y` is its box.

    `source` is unknown if nothing was overheard. `in_vain` counts the messages with it that were lost on the
    way here. Both times are None for a leader that it never reached.
    """

    node: str
    source: str | None
    sent_ms: float | None
    at_ms: float | None
    in_vain: int
    x: float
    y: float


@dataclass(frozen=True)
class Way:
    """One write, and its hops, those that it never made last."""

    title: str
    origin: str
    index: int
    hops: tuple[Hop, ...]
    arrows: tuple[tuple[Hop, Hop], ...]
    width: float
    height: float

    @property
    def missing(self) -> tuple[str, ...]:
        """Whom it never reached."""
        return tuple(hop.node for hop in self.hops if hop.at_ms is None)


@dataclass(frozen=True)
class _News:
    source: str | None
    sent_ns: float | None
    at_ns: float


def ways(saved: Saved, cast: Cast) -> list[Way]:
    """The way of a write that a checker named, or else of the slowest; and that of an ordinary one."""
    options = saved.about.get("options", {})
    if not options.get("origin_tags", True):
        return []  # a change that is taken for a new one again and again cannot be followed
    overheard, origins = saved.messages if overheard_all(saved) else (), origins_of(options, cast)
    nodes = _exchanging(saved, origins)
    writes = [_at_origin(each, origins) for each in saved.history.client_operations]
    writes = [each for each in writes if _sequence(each)]
    if not writes or len(nodes) < 2:
        return []
    named = _named(saved)
    picked = [each for each in writes if named & {*each.event_indexes}][:1]
    brought = [_between_origins(line, origins) for line in overheard if line.get("brings")]
    heard = _Heard(_heard(saved, brought, origins))
    news = {each.index: heard.of(each, nodes) for each in writes}
    by_time = sorted(writes, key=lambda each: (_whole_ns(each, news[each.index], nodes), each.index))
    chosen = {each.index: each for each in (*picked, by_time[-1], by_time[len(by_time) // 2])}
    return [_way(each, nodes, news[each.index], brought) for each in list(chosen.values())[:MOST]]


def overheard_all(saved: Saved) -> bool:
    """Whether messages were kept to the end: there is a limit, and leaders are never silent for long."""
    return bool(saved.messages) and saved.messages[-1]["time"] >= saved.end_ns - SILENCE_NS


def _at_origin(operation: Operation, origins: Mapping[str, str]) -> Operation:
    node = str(operation.node)
    return replace(operation, node=origins.get(node, node))


def _between_origins(line: Mapping[str, Any], origins: Mapping[str, str]) -> dict[str, Any]:
    return {**line, **{end: origins.get(line[end], line[end]) for end in ("from", "to")}}


def _exchanging(saved: Saved, origins: Mapping[str, str]) -> list[str]:
    """Who exchanges changes with others, as far as it was heard or told by answers."""
    spoken = {
        str(line[end]) for line in saved.messages if line["kind"] == EXCHANGES for end in ("from", "to")
    }
    told = {str(each.node) for each in saved.history.operations if isinstance(each.position, dict)}
    return list(dict.fromkeys(origin for node, origin in origins.items() if node in (spoken or told)))


def _named(saved: Saved) -> set[int]:
    """The events of which witnesses speak."""
    return {index for finding in saved.verdict.anomalies for each in finding.witnesses for index in each.ops}


def _sequence(operation: Operation) -> int:
    """The number of that write among those of its leader, or of a later one that was acknowledged with it."""
    position = operation.position
    if not operation.writes or operation.outcome != "ok" or not isinstance(position, dict):
        return 0
    return int(position.get(str(operation.node), 0))


class _Heard:
    """When each node first heard of which changes of which origin, and from whom."""

    def __init__(self, news: Iterable[tuple[str, str, int, _News]]) -> None:
        self._steps: dict[tuple[str, str], tuple[list[int], list[_News]]] = {}
        for origin, node, number, each in sorted(news, key=lambda one: one[3].at_ns):
            numbers, first = self._steps.setdefault((origin, node), ([], []))
            if not numbers or number > numbers[-1]:
                numbers.append(number)
                first.append(each)

    def of(self, write: Operation, nodes: Sequence[str]) -> dict[str, _News]:
        """Who of `nodes` had it when, and from whom; its own leader when it was acknowledged."""
        origin = str(write.node)
        found = {origin: _News(None, None, write.returned_ns)}
        for node in nodes:
            numbers, first = self._steps.get((origin, node), ([], []))
            place = bisect_left(numbers, _sequence(write))
            if node != origin and place < len(numbers):
                found[node] = first[place]
        return found


def _heard(
    saved: Saved, brought: Iterable[Mapping[str, Any]], origins: Mapping[str, str]
) -> Iterator[tuple[str, str, int, _News]]:
    """Origin, node, the number of the last change, and how it came there."""
    for line in brought:
        for origin, number in line["brings"].items() if line["arrived"] is not None else ():
            yield origin, str(line["to"]), number, _News(str(line["from"]), line["time"], line["arrived"])
    for each in saved.history.operations if not overheard_all(saved) else ():
        if each.outcome == "ok" and isinstance(each.position, dict):
            for origin, number in each.position.items():
                node = origins.get(str(each.node), str(each.node))
                yield origin, node, int(number), _News(None, None, each.returned_ns)


def _whole_ns(write: Operation, news: Mapping[str, _News], nodes: Sequence[str]) -> float:
    """How long until everybody had it."""
    missing = any(node not in news for node in nodes)
    last_ns = max(each.at_ns for each in news.values())
    return float("inf") if missing else last_ns - write.invoked_ns


def _way(
    write: Operation, nodes: Sequence[str], news: Mapping[str, _News], brought: Sequence[Mapping[str, Any]]
) -> Way:
    origin = str(write.node)
    columns = _columns(origin, news)
    order = sorted(news, key=lambda node: (news[node].at_ns if node != origin else -1, node))
    missing = [node for node in nodes if node not in news]
    hops: dict[str, Hop] = {}
    rows: dict[int, int] = {}
    for node in (*order, *missing):
        column = columns.get(node, 1)
        row = rows[column] = rows.get(column, -1) + 1
        hops[node] = _hop(write, node, news.get(node), brought, (2 + column * STEP_X, 2 + row * STEP_Y))
    sources = {node: news[node].source or origin for node in order if node != origin}
    return Way(
        title=f"{write.key} = {_short(shown(write.value))}",
        origin=origin,
        index=write.index,
        hops=tuple(hops.values()),
        arrows=tuple((hops[source], hops[node]) for node, source in sources.items() if source in hops),
        width=BOX_W + 4 + STEP_X * max(rows),
        height=BOX_H + 4 + STEP_Y * max(rows.values()),
    )


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def _columns(origin: str, news: Mapping[str, _News]) -> dict[str, int]:
    """How many steps each is away from the origin."""
    columns: dict[str, int] = {}
    for node in sorted(news, key=lambda each: news[each].at_ns):
        columns[node] = 0 if node == origin else 1 + columns.get(news[node].source or origin, 0)
    return columns


def _hop(
    write: Operation,
    node: str,
    news: _News | None,
    brought: Iterable[Mapping[str, Any]],
    place: tuple[float, float],
) -> Hop:
    def since(moment_ns: float | None) -> float | None:
        return None if moment_ns is None else (moment_ns - write.invoked_ns) / NS_PER_MS

    origin, number = str(write.node), _sequence(write)
    before_ns = float("inf") if news is None else news.at_ns
    lost = (
        line
        for line in brought
        if line["to"] == node and line["brings"].get(origin, 0) >= number and line["time"] < before_ns
    )
    in_vain = sum(line["arrived"] is None for line in lost) if node != origin else 0
    if news is None:
        return Hop(node, None, None, None, in_vain, *place)
    return Hop(node, news.source, since(news.sent_ns), since(news.at_ns), in_vain, *place)
