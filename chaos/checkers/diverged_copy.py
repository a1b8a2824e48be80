"""After settling, a consumer's own copy is not what the replicas hold.

`copy/TABLE` is what a consumer has in the end: a list of `[key, row]`, each row with the columns that the
consumer copies. Each of these columns must be as on a replica, and the copy must have exactly the rows that
the replicas have.

Assumed, else unknown: a consumer was read when the cluster had settled, and at the same position of the log
as the replicas.
"""

from collections.abc import Iterator

from chaos.checkers._consumers import COPY, answers
from chaos.checkers._finals import FinalContents, Holding
from chaos.checkers._words import listed, sentence, shown
from chaos.history import Event, History, Operation, canonical, sequence
from chaos.judging.verdict import Finding, Witness, found, not_found, unknown

NAME = "diverged-copy"


def check(history: History, *, settled: bool = True) -> Finding:
    """Found with one witness for each row that is another one in the copy.

    `settled`: the cluster had come to rest before its replicas were read.
    """
    copies = answers(history, COPY)
    if not copies:
        return unknown(NAME, "no consumer's copy was read")
    if not settled:
        return unknown(NAME, "the cluster had not settled when it was read: copies may still become equal")
    ends = [answer for _, answer in history.final_pairs if answer and answer.type == "ok"]
    if not ends:
        return unknown(NAME, "no replica could be read in the end")
    if reason := next(filter(None, (_elsewhere(copy, ends) for copy in copies)), None):
        return unknown(NAME, reason)
    finals = FinalContents(history)
    differing = [witness for copy in copies for witness in _differing(copy, finals)]
    return found(NAME, len(differing), differing) if differing else not_found(NAME)


def _elsewhere(copy: Operation, ends: list[Event]) -> str | None:
    own = sequence(copy.position)
    other = next((end for end in ends if sequence(end.position) != own), None)
    if other is None:
        return None
    return f"{copy.node} was read at position {own}, and {other.node} at {sequence(other.position)}"


def _differing(copy: Operation, finals: FinalContents) -> Iterator[Witness]:
    table = str(copy.key).removeprefix(COPY)
    rows = {str(key): row for key, row in copy.value}
    keys = dict.fromkeys([*(str(key) for key in finals.keys if str(key).startswith(f"{table}/")), *rows])
    for key in keys:
        holdings = finals.of(key)
        if holdings and not any(_alike(rows.get(key), holding) for holding in holdings):
            text = f"after settling, {copy.node} has {shown(rows.get(key))} under {key} ({listed(holdings)})"
            reads = {*copy.event_indexes, *(holding.answer.index for holding in holdings)}
            yield Witness(tuple(sorted(reads)), sentence(text))


def _alike(row: object, holding: Holding) -> bool:
    """The copy has some of the columns that the replica has."""
    held = holding.value
    if not isinstance(row, dict) or not isinstance(held, dict):
        return canonical(row) == canonical(held)
    return all(column in held and canonical(held[column]) == canonical(row[column]) for column in row)
