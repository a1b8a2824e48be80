"""Two replicas acknowledged writes in overlapping spans of time.

A span reaches from the first to the last acknowledgement of one replica in one epoch. Clients cannot see
exactly when a replica acknowledged; it was between the request and the answer. An overlap is claimed only if
there is one wherever in these intervals the acknowledgements were. So a late answer of an old leader is not
evidence against it, but a write that it took after its successor's is. If the keys are shared out over
partitions, each has its own leader, so only leaders of the same partition are compared.

Assumed, else unknown: some write was acknowledged, and every acknowledgement names its replica and epoch.
"""

from collections.abc import Sequence
from itertools import combinations

from chaos.checkers._passing import changed
from chaos.checkers._words import answerer, seconds, sentence, was_told
from chaos.history import History, Operation
from chaos.judging.verdict import Finding, Witness, found, unknown

NAME = "split-brain"


def check(history: History) -> Finding:
    """Found with one witness for each pair of spans that overlap, the first pair first."""
    acknowledged = [op for op in history.client_operations if op.outcome == "ok" and op.writes]
    for operation in acknowledged:
        if operation.node is None or operation.epoch is None:
            return unknown(NAME, f"the answer to operation {operation.index} names no replica or no epoch")
    spans: dict[tuple[str | None, int | None, int | None], list[Operation]] = {}
    for operation in acknowledged:
        spans.setdefault((operation.node, operation.epoch, operation.partition), []).append(operation)
    pairs = [(a, b) for a, b in combinations(spans.values(), 2) if _rivals(a[0], b[0]) and _overlap(a, b)]
    if not pairs:
        return changed(NAME, history)
    measures = {"split_brain_ms": round(max(_overlap_ns(a, b) for a, b in pairs) / 1e6, 3)}
    return found(NAME, len(pairs), (_witness(a, b) for a, b in pairs), measures)


def _rivals(a: Operation, b: Operation) -> bool:
    """Two replicas, of which only one may take writes."""
    return a.node != b.node and a.partition == b.partition


def _overlap(a: Sequence[Operation], b: Sequence[Operation]) -> bool:
    """True unless all acknowledgements of the one may have come before all of the other."""
    return _first_end(a) < _last_begin(b) and _first_end(b) < _last_begin(a)


def _first_end(span: Sequence[Operation]) -> float:
    return min(operation.end for operation in span)


def _last_begin(span: Sequence[Operation]) -> int:
    return max(operation.index for operation in span)


def _begin_ns(span: Sequence[Operation]) -> float:
    return min(operation.returned_ns for operation in span)


def _overlap_ns(a: Sequence[Operation], b: Sequence[Operation]) -> float:
    """How long both acknowledged, by the times at which the answers arrived."""
    begin = max(_begin_ns(a), _begin_ns(b))
    return min(max(operation.returned_ns for operation in span) for span in (a, b)) - begin


def _witness(a: Sequence[Operation], b: Sequence[Operation]) -> Witness:
    shown = _sandwich(a, b) or _sandwich(b, a) or _ends(a, b)
    told = "; then ".join(was_told(operation) for operation in shown)
    text = f"{told}. So {_told(a)}, and {_told(b)}"
    ops = sorted(index for operation in shown for index in operation.event_indexes)
    return Witness(tuple(ops), sentence(text))


def _told(span: Sequence[Operation]) -> str:
    last_ns = max(operation.returned_ns for operation in span)
    return f"{answerer(span[0])} acknowledged writes from {seconds(_begin_ns(span))} to {seconds(last_ns)}"


def _sandwich(outer: Sequence[Operation], inner: Sequence[Operation]) -> tuple[Operation, ...]:
    """Three operations, each over before the next began, the middle one by the other replica."""
    for middle in sorted(inner, key=lambda operation: operation.end):
        before = [operation for operation in outer if operation.precedes(middle)]
        after = [operation for operation in outer if middle.precedes(operation)]
        if before and after:
            nearest = max(before, key=lambda operation: operation.end)
            return (nearest, middle, min(after, key=lambda operation: operation.index))
    return ()


def _ends(a: Sequence[Operation], b: Sequence[Operation]) -> tuple[Operation, ...]:
    """The first answers and the last requests of both, where no operation lies between two others."""
    shown = {operation.index: operation for span in (a, b) for operation in _extremes(span)}
    return tuple(sorted(shown.values(), key=lambda operation: operation.end))


def _extremes(span: Sequence[Operation]) -> tuple[Operation, Operation]:
    first = min(span, key=lambda operation: operation.end)
    return first, max(span, key=lambda operation: operation.index)
