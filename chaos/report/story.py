"""The story of a run: what was acknowledged, by whom, in which epoch, what each fault did, what was lost.

A list of statements in order of time, causes before effects. What clients were told is counted anew from each
turn of events, and told once all of it has happened; what a checker found is told at its last proof. Each
statement names its operations, so that a reader can look at them in the timeline instead of believing it.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from chaos.history import Operation
from chaos.judging.verdict import Finding
from chaos.report import fault_words, node_words
from chaos.report.bands import Band, turning_points
from chaos.report.cast import Cast
from chaos.report.contents import Contents
from chaos.report.outcomes import IN_DOUBT, MEANING, REFUSED
from chaos.report.saved import Saved
from chaos.report.words import counted
from chaos.running.judgement import NOT_SETTLED

WITNESSES_TOLD = 3
RANKS = {"fault": 0, "healed": 1, "node": 2, "clients": 3, "end": 4, "found": 5, "more": 5}  # of one moment
TURNS = ("promoted", "demoted", "lease-expired")  # from there on others acknowledge, or nobody
SAME_MOMENT_NS = 30_000_000


@dataclass(frozen=True)
class Statement:
    """One thing that happened between `from_ns` and `to_ns`, told at `at_ns`; `ops` are indexes of events,
    `kind` decides how it looks."""

    from_ns: int
    to_ns: int
    kind: str  # one of `RANKS`
    text: str
    ops: tuple[int, ...] = ()

    @property
    def at_ns(self) -> int:
        """When all of it that matters has happened: what is counted or proved, at its end."""
        return self.to_ns if self.kind in ("clients", "found") else self.from_ns


def story(saved: Saved, cast: Cast, bands: Sequence[Band], contents: Contents) -> list[Statement]:
    """The statements in order of time, each finding after what proves it."""
    told = [
        *_clients(saved, bands),
        *_faults(bands, cast),
        *_nodes(saved),
        *_end(saved, contents),
        *_found(saved),
    ]
    return sorted(told, key=lambda statement: (statement.at_ns, RANKS[statement.kind]))


def _clients(saved: Saved, bands: Sequence[Band]) -> Iterator[Statement]:
    """What clients were told between one turn of events and the next; it ends with the last of it."""
    since = 0
    for until in _turns(saved, bands):
        operations = [op for op in saved.history.client_operations if since <= _told_ns(op, saved) < until]
        if operations:
            ops = tuple(index for op in operations for index in op.event_indexes)
            last_ns = max(_told_ns(op, saved) for op in operations)
            yield Statement(since, last_ns, "clients", _told_to_clients(operations), ops)
        since = until


def _turns(saved: Saved, bands: Sequence[Band]) -> Iterator[int]:
    """When faults begin and end, and when it changes who acknowledges; of those of one moment the first.

    The last is behind the end of the run.
    """
    logged = [round(event.time_s * 1e9) for event in saved.events if event.event in TURNS]
    latest = 0
    for moment in sorted([*turning_points(bands), *logged]):
        if moment - latest >= SAME_MOMENT_NS:
            yield (latest := moment)
    yield saved.end_ns + 1


def _told_ns(operation: Operation, saved: Saved) -> int:
    """When its client was told; of one that is open, when it asked."""
    ended_ns = saved.ended_ns(operation)
    return operation.invoked_ns if ended_ns is None else ended_ns


def _told_to_clients(operations: Sequence[Operation]) -> str:
    writes = [op for op in operations if op.writes and op.outcome == "ok"]
    reads = [op for op in operations if not op.writes and op.outcome == "ok"]
    parts = [f"{who} acknowledges {counted(len(ops), 'write')}" for who, ops in _grouped(writes, _leader)]
    parts += [f"{who} answers {counted(len(ops), 'read')}" for who, ops in sorted(_grouped(reads, _node))]
    for outcome, words in (("fail", REFUSED), ("info", f"{IN_DOUBT} ({MEANING['info']})")):
        if ops := [op for op in operations if op.outcome == outcome]:
            parts.append(f"{len(ops)} {'is' if len(ops) == 1 else 'are'} {words}")
    return f"{'; '.join(parts)}."


def _grouped(
    operations: Iterable[Operation], name: Callable[[Operation], str]
) -> Iterable[tuple[str, list[Operation]]]:
    groups: dict[str, list[Operation]] = {}
    for operation in operations:
        groups.setdefault(name(operation), []).append(operation)
    return groups.items()


def _node(operation: Operation) -> str:
    return operation.node or "somebody"


def _leader(operation: Operation) -> str:
    where = [] if operation.partition is None else [f"partition {operation.partition}"]
    when = [] if not operation.epoch else [f"epoch {operation.epoch}"]
    return f"{_node(operation)} ({', '.join([*where, *when])})" if where or when else _node(operation)


def _faults(bands: Iterable[Band], cast: Cast) -> Iterator[Statement]:
    for band in bands:
        until = band.from_ns if band.to_ns is None else band.to_ns
        yield Statement(band.from_ns, until, "fault", fault_words.sentence(band, cast), (band.index,))
        if band.to_ns is not None and not band.is_order:
            text = f"Over after {(until - band.from_ns) / 1e9:.2f} s: {fault_words.label(band, cast)}."
            yield Statement(until, until, "healed", text)


def _nodes(saved: Saved) -> Iterator[Statement]:
    for event, times in node_words.in_rows(saved.events):
        moment = round(event.time_s * 1e9)
        yield Statement(moment, moment, "node", node_words.sentence(event, times))


def _end(saved: Saved, contents: Contents) -> Iterator[Statement]:
    if not contents.replicas:
        return
    began = saved.history.finals[0].invoked_ns
    who = fault_words.listed(contents.replicas)
    unsettled = any(problem.startswith(NOT_SETTLED) for problem in saved.verdict.problems)
    how = "Healed, but not settled" if unsettled else "Healed and settled"
    text = f"{how}, {who} are read: {contents.keys} keys, "
    text += (
        f"and they differ on {contents.differing} of them"
        if contents.differing
        else f"the same on all of {contents.holders or 'them'}"
    )
    text += f"; on {contents.missing} the last acknowledged write is missing." if contents.missing else "."
    yield Statement(began, saved.end_ns, "end", text)


def _found(saved: Saved) -> Iterator[Statement]:
    """The first witnesses of each finding, and behind the last how many more there are."""
    for finding in saved.verdict.anomalies:
        latest_ns = 0
        for witness in finding.witnesses[:WITNESSES_TOLD]:
            times = [saved.history.events[index].time for index in witness.ops]
            begin, end = min(times, default=0), max(times, default=0)
            latest_ns = max(latest_ns, end)
            yield Statement(begin, end, "found", f"{finding.name}: {witness.text}", tuple(witness.ops))
        if more := _more(finding):
            yield Statement(latest_ns, latest_ns, "more", f"… and {finding.name} {more} times more.")


def _more(finding: Finding) -> int:
    return max(0, finding.count - WITNESSES_TOLD)
