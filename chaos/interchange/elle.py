"""elle-cli's JSON histories: one array of operations, or one operation a line."""

import json
import re
from collections.abc import Iterator
from typing import Any

from chaos.history import History, HistoryError
from chaos.interchange.rows import history_of, rows_of

_ITEM = re.compile(r"[^\s,\]]")  # where one begins


def read(text: str) -> History:
    """The history in this text. Raises `HistoryError` that names the line."""
    if text.lstrip().startswith("["):
        return history_of(_items(text))
    lines = enumerate(text.splitlines(), start=1)
    return history_of((number, _decoded(line, number)) for number, line in lines if line.strip())


def _items(text: str) -> Iterator[tuple[int, Any]]:
    """The items of the array, each with the line on which it begins."""
    _decoded(text, 1)  # which names what is malformed
    decoder, at, line, counted = json.JSONDecoder(), text.index("[") + 1, 1, 0
    while item := _ITEM.search(text, at):
        line, counted = line + text.count("\n", counted, item.start()), item.start()
        value, at = decoder.raw_decode(text, item.start())
        yield line, value


def write(history: History) -> str:
    """One array, one operation a line."""
    return "[" + ",\n ".join(json.dumps(row, ensure_ascii=False) for row in rows_of(history)) + "]\n"


def _decoded(text: str, number: int) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise HistoryError(
            f"line {number + error.lineno - 1}: {error.msg} at column {error.colno}"
        ) from error
