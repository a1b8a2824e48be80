"""elle-cli's JSON histories: one array of operations, or one operation a line."""

import json
from typing import Any

from chaos.history import History, HistoryError
from chaos.interchange.rows import history_of, rows_of


def read(text: str) -> History:
    """The history in this text. Raises `HistoryError` that names the line."""
    if text.lstrip().startswith("["):
        return history_of(enumerate(_decoded(text, 1), start=1))
    lines = enumerate(text.splitlines(), start=1)
    return history_of([(number, _decoded(line, number)) for number, line in lines if line.strip()])


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
