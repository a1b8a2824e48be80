"""Dirty reads and half transactions, spelt out over all pairs of transactions."""

from itertools import product
from typing import Any

from chaos.history import History, Operation


def _appends(operation: Operation) -> list[tuple[str, Any]]:
    return [(key, value) for f, key, value in operation.value if f == "append"]


def _reads(operation: Operation) -> list[tuple[str, list[Any]]]:
    if operation.outcome != "ok":
        return []
    return [(key, value or []) for f, key, value in operation.value if f == "r"]


def dirty_reads(history: History) -> int:
    """Elements shown by reads that were appended by transactions which failed."""
    return sum(
        element in elements
        for writer, reader in product(history.operations, repeat=2)
        if writer.outcome == "fail"
        for key, element in _appends(writer)
        for read_key, elements in _reads(reader)
        if read_key == key
    )


def halves(history: History) -> int:
    """Pairs of which the one saw some of what the other appended where it looked, and not all."""
    return sum(
        writer is not reader and _sees_half(writer, reader)
        for writer, reader in product(history.operations, repeat=2)
    )


def _sees_half(writer: Operation, reader: Operation) -> bool:
    first_looks = dict(reversed(_reads(reader)))
    seen = [element in first_looks[key] for key, element in _appends(writer) if key in first_looks]
    return any(seen) and not all(seen)
