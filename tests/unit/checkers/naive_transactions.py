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
    """Pairs of which the one saw in its reads some of the other's appends and not all, or not in order."""
    return sum(
        writer is not reader and _sees_half(writer, reader)
        for writer, reader in product(history.operations, repeat=2)
    )


def _sees_half(writer: Operation, reader: Operation) -> bool:
    looks = _reads(reader)
    seen = [
        element in elements for key, element in _appends(writer) for look, elements in looks if key == look
    ]
    return any(seen) and (not all(seen) or any(_out_of_order(writer, *look) for look in looks))


def _out_of_order(writer: Operation, key: str, elements: list[Any]) -> bool:
    asked = [element for of_key, element in _appends(writer) if of_key == key]
    return [element for element in elements if element in asked] != asked
