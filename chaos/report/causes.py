"""Why rows differ if statements are the log: what in their text gives another result when repeated.

Each executed statement tells which table it changes, whether it calls the clock or random numbers, and
whether LIMIT leaves the choice of rows to the replica. A value in a statement is the same wherever the
statement is executed, so if it is under another key, the key counter has run ahead somewhere. And rows of a
table that no statement names were written by a trigger.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chaos.history import Key, canonical
from chaos.report.saved import Saved

TARGET = re.compile(r"\s*(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM)\s+(\w+)", re.IGNORECASE)
ORDER = "LIMIT without ORDER BY: each replica decides which rows come first"
COUNTER = "A counter: a transaction that failed on the leader kept the key that it had drawn"
TRIGGER = "A trigger: the text of no statement shows what it does"
CALLS = "{calls}: a different result on every replica"


@dataclass
class _Told:
    """What the statements that changed one table have in common."""

    calls: dict[str, None]
    limits: bool
    values: set[bytes]


class Causes:
    """The causes of differing rows in one run."""

    def __init__(self, saved: Saved) -> None:
        """It finds causes only if statements were shipped as they were."""
        self._by_table: dict[str, _Told] = {}
        if saved.about.get("options", {}).get("replication_log") == "statement":
            for sql, *parameters in _statements(saved):
                self._note(sql, parameters)

    def of(self, key: Key, held: Iterable[Any]) -> str:
        """The cause of the difference between what replicas `held`; empty if unknown."""
        table, slash, _ = str(key).partition("/")
        if not self._by_table or not slash:
            return ""
        told = self._by_table.get(table)
        if told is None:
            return TRIGGER
        if told.limits:
            return ORDER
        if any(values & told.values for values in _differing(list(held))):
            return COUNTER
        return CALLS.format(calls=" and ".join(f"{call}()" for call in told.calls)) if told.calls else ""

    def _note(self, sql: str, parameters: Sequence[Any]) -> None:
        from services.sql.functions import UNREPEATABLE  # here, because few runs speak SQL
        from services.sql.statement import words

        target = TARGET.match(sql)
        if target is None:
            return
        spoken = [word for _, word in words(sql)]
        told = self._by_table.setdefault(target[1].lower(), _Told({}, False, set()))
        told.calls |= {word: None for word in spoken if word in UNREPEATABLE}
        told.limits |= "limit" in spoken and "order" not in spoken
        told.values |= {canonical(value) for value in parameters}


def _statements(saved: Saved) -> Iterator[Sequence[Any]]:
    for operation in saved.history.client_operations:
        if operation.f == "sql" and operation.outcome != "fail" and isinstance(operation.value, list):
            yield from operation.value


def _differing(held: Sequence[Any]) -> Iterator[set[bytes]]:
    """For each column on which the rows differ, what stands in it; a row that is not there has no columns."""
    rows: list[Mapping[str, Any]] = [row if isinstance(row, dict) else {} for row in held]
    for column in dict.fromkeys(name for row in rows for name in row):
        values = {canonical(row.get(column)) for row in rows}
        if len(values) > 1:
            yield values
