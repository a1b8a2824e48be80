"""The Jepsen logs that Porcupine's tests read: `INFO  jepsen.util - 3 :invoke :write 4`, tab-separated.

They are what Jepsen once printed while it ran; lines of other loggers stand between and are passed over.
"""

import re
from collections.abc import Iterator
from typing import Any

from chaos.history import History, HistoryError
from chaos.interchange.edn import form
from chaos.interchange.edn_text import EdnError, parse
from chaos.interchange.rows import history_of, rows_of

_LINE = re.compile(r"INFO\s+jepsen\.util\s+-\s+(\S.*)")


def read(text: str) -> History:
    """The history in this text. Raises `HistoryError` that names the line."""
    return history_of(_rows(text))


def write(history: History) -> str:
    """One line an event, keys in the values."""
    return "".join(
        f"INFO  jepsen.util - {row['process']}\t:{row['type']}\t:{row['f']}\t{form(row['value'])}\n"
        for row in rows_of(history)
    )


def _rows(text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in enumerate(text.splitlines(), start=1):
        if found := _LINE.match(line):
            yield number, _row(found[1], number)


def _row(text: str, number: int) -> dict[str, Any]:
    try:
        forms = [form for _, form in parse(text)]
    except EdnError as error:
        raise HistoryError(f"line {number}: {error}") from error
    if len(forms) < 3:
        raise HistoryError(f"line {number}: expected a process, a type and an operation, not {text!r}")
    process, type_, f, *rest = forms
    row = {"process": process, "type": type_, "f": f}
    if type_ in ("fail", "info") and rest and isinstance(rest[-1], str):
        return {**row, "error": rest[-1]}  # `:timed-out` stands where the value would
    return {**row, "value": rest[0] if rest else None}
