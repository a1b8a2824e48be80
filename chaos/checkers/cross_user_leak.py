"""A user is shown a row that belongs to another.

It is judged from what clients were served: a session's read returned a row whose `name` is that of another
session that inserted such a row. Nothing is concluded about rows without a known owner.

Assumed, else unknown: at least one row was inserted and one session read a row, and every name was inserted
by one session only.
"""

from collections.abc import Iterator
from typing import Any

from chaos.checkers._passing import changed
from chaos.checkers._words import answerer, sentence, shown, witness_of
from chaos.history import History, Operation
from chaos.judging.verdict import Finding, Witness, found, unknown

NAME = "cross-user-leak"


def check(history: History) -> Finding:
    """Found with one witness for each read of a row that is another's."""
    owners: dict[str, Operation] = {}
    for insert in history.client_operations:
        name = _name(insert.value) if insert.f == "insert" else None
        if name is not None and owners.setdefault(name, insert).session != insert.session:
            return unknown(NAME, f"two sessions inserted the row of {shown(name)}, so nobody owns it")
    reads = [op for op in history.client_operations if op.f == "read" and op.outcome == "ok" and op.session]
    if not any(_name(read.value) is not None for read in reads):
        return unknown(NAME, "no session was shown a row")
    leaks = list(_leaks(reads, owners))
    return found(NAME, len(leaks), leaks) if leaks else changed(NAME, history)


def _leaks(reads: list[Operation], owners: dict[str, Operation]) -> Iterator[Witness]:
    for read in reads:
        owner = owners.get(_name(read.value) or "")
        if owner is not None and owner.session not in (None, read.session):
            text = (
                f"session {read.session} asked for {shown(read.key)} and was shown {shown(read.value)} "
                f"by {answerer(read)}: the row that {owner.session} had inserted"
            )
            yield witness_of(sentence(text), owner, read)


def _name(row: Any) -> str | None:
    name = row.get("name") if isinstance(row, dict) else None
    return name if isinstance(name, str) else None
