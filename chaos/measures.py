"""Numbers of a run, from its history alone: how much was done, how long writes stood still, who lagged."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

from chaos.history import History, Operation

NS_PER_MS = 1_000_000


def measure(history: History) -> dict[str, float]:
    """`acknowledged`, `read`, `failed`, `in_doubt` (operations), `downtime_ms`, and `lag_ms_NODE`.

    `downtime_ms` is the longest time without an acknowledged write, between the first and the last.
    """
    operations = history.client_operations
    writes = acknowledged_writes(operations)
    return {
        "acknowledged": len(writes),
        "read": sum(operation.f == "read" and operation.outcome == "ok" for operation in operations),
        "failed": sum(operation.outcome == "fail" for operation in operations),
        "in_doubt": sum(operation.outcome == "info" for operation in operations),
        "downtime_ms": _longest_gap_ms(writes),
        **{f"lag_ms_{node}": lag_ms for node, lag_ms in lags_ms(operations).items()},
    }


def acknowledged_writes(operations: Iterable[Operation]) -> list[Operation]:
    """The successful operations that change something, in the order of their acknowledgement."""
    writes = (operation for operation in operations if operation.f != "read" and operation.outcome == "ok")
    return sorted(writes, key=lambda operation: operation.end)


def lags_ms(operations: Sequence[Operation]) -> dict[str, float]:
    """How far behind each replica was at worst when it answered a read.

    A read that shows log position p was behind since the first write beyond p was acknowledged.
    Reads that do not say their position are left out.
    """
    writes = sorted(
        (write for write in acknowledged_writes(operations) if write.position is not None),
        key=lambda write: _place(write.position),
    )
    places = [_place(write.position) for write in writes]
    earliest_ns = _suffix_minimum([write.returned_ns for write in writes])
    worst: dict[str, float] = {}
    for read in operations:
        if read.f != "read" or read.outcome != "ok" or read.node is None or read.position is None:
            continue
        beyond = bisect_right(places, _place(read.position))
        since_ns = earliest_ns[beyond] if beyond < len(writes) else read.invoked_ns
        lag_ms = round(max(0.0, read.invoked_ns - since_ns) / NS_PER_MS, 1)
        worst[read.node] = max(worst.get(read.node, 0.0), lag_ms)
    return dict(sorted(worst.items()))


def _longest_gap_ms(writes: Sequence[Operation]) -> float:
    gaps_ns = (later.returned_ns - earlier.returned_ns for earlier, later in pairwise(writes))
    return round(max(gaps_ns, default=0) / NS_PER_MS, 1)


def _place(position: Any) -> tuple[Any, ...]:
    return tuple(position) if isinstance(position, list | tuple) else (position,)


def _suffix_minimum(values: Sequence[float]) -> list[float]:
    smallest: list[float] = []
    for value in reversed(values):
        smallest.append(min(value, smallest[-1]) if smallest else value)
    return smallest[::-1]
