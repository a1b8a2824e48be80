"""Which acknowledged writes the cluster itself has undone, by their places in the log.

`log/epochs` is what a replica's log looks like in the end: for each epoch in it, where that begins. A log
holds one entry at each place and epochs only grow along it, so a write stands if its place lies in its own
epoch. (PostgreSQL keeps the same in its timeline history files.)
"""

from bisect import bisect_right
from collections.abc import Sequence

from chaos.history import History, Operation, sequence

EPOCHS = "log/epochs"


def undone(history: History) -> dict[int, str]:
    """The index of each write that is in nobody's log any more, and what is at its place instead, in words.

    Nothing is known of what was acknowledged without a place, or of a log whose epochs were not read.
    """
    reads = [op for op in history.client_operations if op.key == EPOCHS and op.outcome == "ok" and op.value]
    if not reads:
        return {}
    begins, end = reads[-1].value, sequence(reads[-1].position)
    if not isinstance(end, int):
        return {}  # a vector is no place in a log
    writes = (op for op in history.client_operations if op.writes and op.outcome == "ok")
    return {op.index: text for op in writes if (text := _instead(op, begins, end))}


def _instead(op: Operation, begins: Sequence[Sequence[int]], end: int) -> str:
    """Empty when the write stands, or when its place was trimmed."""
    place = sequence(op.position)
    if op.epoch is None or not isinstance(place, int):
        return ""
    if place > end:
        return f"the log ends at {end}"
    at = bisect_right([begin for _, begin in begins], place) - 1
    if at < 0 or begins[at][0] == op.epoch:
        return ""
    return f"the log has epoch {begins[at][0]} there"
