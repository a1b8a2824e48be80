"""Numbers of a run, from its history alone: how much was done, how long writes stood still, who lagged."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import pairwise
from statistics import median
from typing import Any, TypeAlias

from chaos.history import History, Operation

Place: TypeAlias = tuple[Any, ...]

NS_PER_MS = 1_000_000


def measure(history: History) -> dict[str, float]:
    """`acknowledged`, `read`, `failed`, `in_doubt` (operations), `downtime_ms`, and `lag_ms_NODE`.

    `downtime_ms` is the longest time without an acknowledged write (in one of the partitions, where there are
    several), between the first and the last. Of the reads there are `reads_per_s`; `read_ms_GATEWAY` and
    `write_ms_GATEWAY` are the medians of how long reads and writes took there; `answered` is the part of all
    requests that succeeded.
    """
    operations = history.client_operations
    writes = acknowledged_writes(operations)
    reads = [operation for operation in operations if not operation.writes and operation.outcome == "ok"]
    return {
        "acknowledged": len(writes),
        "read": len(reads),
        "reads_per_s": _per_s(reads, operations),
        "answered": round((len(reads) + len(writes)) / max(1, len(operations)), 4),
        **_medians_ms("read", reads),
        **_medians_ms("write", writes),
        "failed": sum(operation.outcome == "fail" for operation in operations),
        "in_doubt": sum(operation.outcome == "info" for operation in operations),
        "downtime_ms": max(map(_longest_gap_ms, by_partition(writes).values()), default=0.0),
        **{f"lag_ms_{node}": lag_ms for node, lag_ms in lags_ms(operations).items()},
    }


def acknowledged_writes(operations: Iterable[Operation]) -> list[Operation]:
    """The successful operations that change something, in the order of their acknowledgement."""
    writes = (operation for operation in operations if operation.writes and operation.outcome == "ok")
    return sorted(writes, key=lambda operation: operation.end)


def by_partition(operations: Iterable[Operation]) -> dict[int | None, list[Operation]]:
    """The operations of each partition, for each has a log of its own; of None where there is only one."""
    groups: dict[int | None, list[Operation]] = {}
    for operation in operations:
        groups.setdefault(operation.partition, []).append(operation)
    return groups


class Backlog:
    """The acknowledged writes in the order of the log: how long has whoever stands somewhere lacked one?

    Each is a pair of its place in the log and of the nanosecond at which it was acknowledged.
    """

    def __init__(self, acknowledged: Iterable[tuple[Place, float]]) -> None:
        writes = sorted(acknowledged)
        self._places = [place for place, _ in writes]
        self._earliest_ns = _suffix_minimum([acknowledged_ns for _, acknowledged_ns in writes])

    def behind_ms(self, place: Place, at_ns: float) -> float:
        """Milliseconds at `at_ns` since the first write beyond `place` was acknowledged; 0 without one."""
        beyond = bisect_right(self._places, place)
        if beyond == len(self._places):
            return 0.0
        return round(max(0.0, at_ns - self._earliest_ns[beyond]) / NS_PER_MS, 1)


def lags_ms(operations: Sequence[Operation]) -> dict[str, float]:
    """How far behind each replica was at worst when it answered a read.

    A read that shows log position p was behind since the first write beyond p was acknowledged.
    Reads that do not say their position are left out, and so are vectors, which are no places in one log.
    """
    backlogs = {
        partition: Backlog(
            (_place(write.position), write.returned_ns) for write in writes if _has_place(write)
        )
        for partition, writes in by_partition(acknowledged_writes(operations)).items()
    }
    worst: dict[str, float] = {}
    for read in operations:
        if read.f != "read" or read.outcome != "ok" or read.node is None or not _has_place(read):
            continue
        backlog = backlogs.get(read.partition, Backlog(()))
        lag_ms = backlog.behind_ms(_place(read.position), read.invoked_ns)
        worst[read.node] = max(worst.get(read.node, 0.0), lag_ms)
    return dict(sorted(worst.items()))


def _per_s(reads: Sequence[Operation], operations: Sequence[Operation]) -> float:
    """Successful reads a second, while anybody asked for anything."""
    if not operations:
        return 0.0
    began_ns, ended_ns = operations[0].invoked_ns, max(each.invoked_ns for each in operations)
    return round(len(reads) * 1e9 / max(1, ended_ns - began_ns), 1)


def _medians_ms(what: str, operations: Iterable[Operation]) -> dict[str, float]:
    took_ms: dict[str, list[float]] = {}
    for each in operations:
        if each.gateway is not None:
            took_ms.setdefault(each.gateway, []).append((each.returned_ns - each.invoked_ns) / NS_PER_MS)
    return {f"{what}_ms_{gateway}": round(median(times), 1) for gateway, times in sorted(took_ms.items())}


def _longest_gap_ms(writes: Sequence[Operation]) -> float:
    gaps_ns = (later.returned_ns - earlier.returned_ns for earlier, later in pairwise(writes))
    return round(max(gaps_ns, default=0) / NS_PER_MS, 1)


def _has_place(operation: Operation) -> bool:
    return operation.position is not None and not isinstance(operation.position, dict)


def _place(position: Any) -> Place:
    return tuple(position) if isinstance(position, list | tuple) else (position,)


def _suffix_minimum(values: Sequence[float]) -> list[float]:
    smallest: list[float] = []
    for value in reversed(values):
        smallest.append(min(value, smallest[-1]) if smallest else value)
    return smallest[::-1]
