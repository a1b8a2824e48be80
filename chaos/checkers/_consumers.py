"""What consumers beside the cluster said in the end: every change that they took over, and their copy."""

from collections.abc import Iterator

from chaos.checkers._keys import keys_of, written_twice
from chaos.history import History, Operation

CHANGES, COPY = "changes/", "copy/"
CONSUMERS = (CHANGES, COPY)


def answers(history: History, prefix: str) -> list[Operation]:
    """What was answered to reads of `changes/TABLE` or `copy/TABLE`."""
    reads = (op for op in history.client_operations if op.f == "read" and op.outcome == "ok")
    return [read for read in reads if str(read.key).startswith(prefix)]


def untraceable(history: History) -> str | None:
    """Why a change does not tell by which write it was made; None when it does."""
    registers = (of_key for of_key in keys_of(history) if not of_key.is_set)
    return next(filter(None, map(written_twice, registers)), None)


def values_of(read: Operation) -> Iterator[tuple[str, object]]:
    """The changes in that answer that left a value; those that deleted a row carry none."""
    yield from ((str(key), value) for key, value in read.value if value is not None)
