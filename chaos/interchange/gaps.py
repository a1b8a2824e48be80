"""What people leave out of their histories, and what they call otherwise: filled in before it is judged.

- elle-cli's transactions need no `f`: a list of reads and appends is a `txn`.
- Nor need operations a `process`. Then each is by a process of its own, so that no order is read into it, and
  ends with the first answer that fits it.
- Porcupine's `kv` model says `get` and `put`, and an absent value is the empty text.
- Keys may be anything; ours are text or whole numbers, so others become the text of themselves.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from chaos.history import Key, misfit

STEPS = ("r", "w", "append")
ALIASES = {"get": "read", "put": "write"}
Row = tuple[int, Any]


def filled(rows: Iterable[Row]) -> list[Row]:
    """The same rows, each with the line on which it stood, with all that can be told."""
    rows = [(line, _named(row) if isinstance(row, Mapping) else row) for line, row in rows]
    numbers = [row.get("process") for _, row in rows if isinstance(row, Mapping)]
    highest = max((number for number in numbers if isinstance(number, int)), default=-1)
    return list(_with_processes(rows, highest + 1))


def key_of(value: Any) -> Key:
    """A key of whatever kind as one of ours."""
    return value if type(value) in (int, str) else json.dumps(value, ensure_ascii=False)


def _named(row: Mapping[str, Any]) -> Mapping[str, Any]:
    if "f" not in row and _is_transaction(row.get("value")):
        return {**row, "f": "txn"}
    f = row.get("f")
    if f not in ALIASES and not (f == "append" and "key" in row):
        return row
    value = None if row.get("value") == "" and f in ALIASES else row.get("value")
    return {**row, "f": ALIASES.get(str(f), f), "value": value}


def _is_transaction(value: Any) -> bool:
    steps = value if isinstance(value, list) else []
    return bool(steps) and all(isinstance(step, list) and step and step[0] in STEPS for step in steps)


def _with_processes(rows: Iterable[Row], next_process: int) -> Iterator[Row]:
    waiting: list[tuple[int, Mapping[str, Any]]] = []
    for line, row in rows:
        if not isinstance(row, Mapping) or row.get("process") is not None or "f" not in row:
            yield line, row
        elif row.get("type") == "invoke":
            waiting.append((next_process, row))
            yield line, {**row, "process": next_process}
            next_process += 1
        elif asked := next((each for each in waiting if _fits(each[1], row)), None):
            waiting.remove(asked)
            yield line, {**row, "process": asked[0]}
        else:
            yield line, row


def _fits(asked: Mapping[str, Any], answer: Mapping[str, Any]) -> bool:
    if asked["f"] != answer["f"] or asked.get("key") != answer.get("key"):
        return False
    return answer.get("value") is None or misfit(str(asked["f"]), asked.get("value"), answer["value"]) is None
