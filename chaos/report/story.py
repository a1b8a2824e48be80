"""The story of a run: what was acknowledged, by whom, in which epoch, what each fault did, what was lost.

A list of statements in the order of time. Each names the operations that it speaks of, so that a reader
can look at them in the timeline instead of believing it.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from chaos.history import Operation
from chaos.judging.verdict import Finding
from chaos.report import fault_words, node_words
from chaos.report.bands import Band, turning_points
from chaos.report.cast import Cast
from chaos.report.contents import Contents
from chaos.report.saved import Saved
from chaos.running.judgement import NOT_SETTLED

WITNESSES_TOLD = 3
FIRST = ("fault", "healed", "node", "clients")  # of the same moment: causes before effects
SAME_MOMENT_NS = 30_000_000


@dataclass(frozen=True)
class Statement:
    """One thing that happened; `ops` are indexes of events, `kind` decides how it looks."""

    from_ns: int
    to_ns: int
    kind: str  # clients, fault, healed, node, found, end
    text: str
    ops: tuple[int, ...] = ()


def story(saved: Saved, cast: Cast, bands: Sequence[Band], contents: Contents) -> list[Statement]:
    """The statements in the order of time; what the checkers found comes last."""
    told = [*_clients(saved, bands), *_faults(bands, cast), *_nodes(saved)]
    told.sort(key=lambda statement: (statement.from_ns, FIRST.index(statement.kind)))
    return [*told, *_end(saved, contents), *_found(saved)]


def _clients(saved: Saved, bands: Sequence[Band]) -> Iterator[Statement]:
    """What clients were told between one turn of events and the next."""
    moments = [0, *turning_points(bands), saved.end_ns + 1]
    since = 0
    for until in moments[1:]:
        if until - since < SAME_MOMENT_NS and until != moments[-1]:
            continue
        operations = [op for op in saved.history.client_operations if since <= _told_ns(op, saved) < until]
        if operations:
            ops = tuple(index for op in operations for index in op.event_indexes)
            yield Statement(since, until, "clients", _told_to_clients(operations), ops)
        since = until


def _told_ns(operation: Operation, saved: Saved) -> int:
    """When its client was told; of one that is open, when it asked."""
    ended_ns = saved.ended_ns(operation)
    return operation.invoked_ns if ended_ns is None else ended_ns


def _told_to_clients(operations: Sequence[Operation]) -> str:
    writes = [op for op in operations if op.writes and op.outcome == "ok"]
    reads = [op for op in operations if not op.writes and op.outcome == "ok"]
    parts = [f"{who} acknowledges {_count(ops, 'write')}" for who, ops in _grouped(writes, _leader)]
    parts += [f"{who} answers {_count(ops, 'read')}" for who, ops in sorted(_grouped(reads, _node))]
    for outcome, words in (("fail", "refused"), ("info", "in doubt (done or not, nobody can say)")):
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


def _count(operations: Sequence[Operation], noun: str) -> str:
    return f"{len(operations)} {noun}{'' if len(operations) == 1 else 's'}"


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
        else f"the same on all of {'a partition' if saved.partitions else 'them'}"
    )
    text += f"; of {contents.missing} nobody holds what was acknowledged last." if contents.missing else "."
    yield Statement(began, saved.end_ns, "end", text)


def _found(saved: Saved) -> Iterator[Statement]:
    for finding in saved.verdict.anomalies:
        for witness in finding.witnesses[:WITNESSES_TOLD]:
            times = [saved.history.events[index].time for index in witness.ops]
            begin, end = min(times, default=0), max(times, default=0)
            yield Statement(begin, end, "found", f"{finding.name}: {witness.text}", tuple(witness.ops))
        if more := _more(finding):
            yield Statement(saved.end_ns, saved.end_ns, "end", f"… and {finding.name} {more} times more.")


def _more(finding: Finding) -> int:
    return max(0, finding.count - WITNESSES_TOLD)
