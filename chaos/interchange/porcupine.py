"""What Jepsen and Porcupine print line by line: `jepsen.log`, `history.txt`, Porcupine's `kv` files.

An operation stands on a line of its own; its columns are process, type, f, value and error. In a log it
follows the logger's name: `INFO  jepsen.util - 3 :invoke :write 4` in old ones, such as those of
Porcupine's tests, and `2021-02-26 11:42:48,813{GMT} INFO [jepsen worker 0] jepsen.util: 3 :invoke :write 4`
in new ones. In a `history.txt` there is nothing before it. Porcupine's `kv` files have one EDN map a line,
with a `:key`, and know `:get`, `:put` and an `:append` of text. Lines of other loggers are passed over.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from chaos.history import History, HistoryError
from chaos.interchange.edn import form
from chaos.interchange.edn_text import EdnError, parse
from chaos.interchange.rows import history_of, rows_of

_LOGGED = re.compile(
    r"(?:(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[.,]\d{3})\S*\s+)?"
    r"INFO\s+(?:\[[^\]]*\]\s+)?jepsen\.util(?:\s+-|:)\s+((?:\d|:).*)"
)
_BARE = re.compile(r"(?:\d+|:[\w-]+)\s+:\S+\s+:\S")


def read(text: str) -> History:
    """The history in this text, empty when no line of it is an operation.

    Raises `HistoryError` that names the line.
    """
    return history_of(_rows(text))


def write(history: History) -> str:
    """One line an event, keys in the values, as old Jepsens logged it."""
    return "".join(
        f"INFO  jepsen.util - {row['process']}\t:{row['type']}\t:{row['f']}\t{form(row['value'])}\n"
        for row in rows_of(history)
    )


def _rows(text: str) -> Iterator[tuple[int, Any]]:
    began_ns = 0
    for number, line in enumerate(text.splitlines(), start=1):
        if found := _LOGGED.match(line):
            row = _row(found[2], number)
            if found[1]:
                at_ns = _at_ns(found[1])
                began_ns = began_ns or at_ns
                row["time"] = at_ns - began_ns
            yield number, row
        elif _BARE.match(line):
            yield number, _row(line, number)
        elif line.startswith("{"):
            yield number, _forms(line, number)[0]


def _at_ns(stamp: str) -> int:
    moment = datetime.strptime(stamp.replace(",", "."), "%Y-%m-%d %H:%M:%S.%f").replace(tzinfo=UTC)
    return round(moment.timestamp() * 1000) * 1_000_000


def _row(text: str, number: int) -> dict[str, Any]:
    columns = text.rstrip().split("\t")
    forms = _forms("\t".join(columns[:4]), number)
    if len(forms) < 3:
        raise HistoryError(f"line {number}: expected a process, a type and an operation, not {text!r}")
    process, type_, f, *rest = forms
    row = {"process": process, "type": type_, "f": f, "value": rest[0] if rest else None}
    if len(columns) > 4:
        return {**row, "error": " ".join(columns[4:]).removeprefix(":")}
    if type_ in ("fail", "info") and rest and isinstance(rest[-1], str):  # `:timed-out` in place of the value
        return {**row, "value": None if len(rest) == 1 else rest[0], "error": rest[-1]}
    return row


def _forms(text: str, number: int) -> list[Any]:
    try:
        return [form for _, form in parse(text)]
    except EdnError as error:
        raise HistoryError(f"line {number}: {error}") from error
