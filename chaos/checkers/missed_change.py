"""A consumer beside the cluster, or another leader, never learned of a change that was acknowledged.

After settling, each consumer is read: `changes/TABLE` is the list of all changes `[key, value]` that it
ever took over, without those that it has undone. Every acknowledged write to a key of that table must be in
it, intermediate values too; unless the cluster itself has lost it.

Leaders get everything in the end, when all faults are over. So of them a bound says how long it may take,
and clients who read during the run are the evidence: see `_unheard.py`.

Assumed, else unknown: some write was acknowledged, a consumer was read after the last of them and when the
cluster had settled, and no value was written twice to one key. Deletes carry no value, so nothing is
concluded about them.
"""

from collections.abc import Iterator

from chaos.checkers._consumers import CHANGES, answers, untraceable
from chaos.checkers._passing import changed
from chaos.checkers._undone import undone
from chaos.checkers._unheard import unheard
from chaos.checkers._words import sentence, shown, was_told, witness_of
from chaos.history import History, Operation, canonical
from chaos.judging.verdict import Finding, Witness, found, unknown

NAME = "missed-change"


def check(history: History, *, settled: bool = True, bound_ms: float | None = None) -> Finding:
    """Found with one witness for each change that a consumer missed.

    `settled`: the cluster had come to rest before its consumers were read. Where there are none, `bound_ms`
    says how late a leader may hear of a change: found with one witness for each read where one was later.
    """
    answered = answers(history, CHANGES)
    if not answered and bound_ms is not None:
        return unheard(NAME, history, bound_ms, settled=settled)
    if not answered:
        return unknown(NAME, "no consumer was read")
    if not settled:
        return unknown(NAME, "the cluster had not settled when its consumers were read: more may still come")
    writes = [op for op in history.client_operations if op.f == "write" and op.outcome == "ok"]
    late = next((write for write in writes if write.end > answered[0].index), None)
    if late is not None:
        return unknown(NAME, f"operation {late.index} was acknowledged after the consumers had been read")
    if reason := untraceable(history):
        return unknown(NAME, reason)
    lost = undone(history)
    writes = [write for write in writes if write.index not in lost]
    missed = [witness for read in answered for witness in _missed(read, writes)]
    if missed:
        return found(NAME, len(missed), missed)
    return changed(NAME, history)


def _missed(read: Operation, writes: list[Operation]) -> Iterator[Witness]:
    table = str(read.key).removeprefix(CHANGES)
    learned = {canonical(change) for change in read.value}
    for write in writes:
        if str(write.key).startswith(f"{table}/") and canonical([write.key, write.value]) not in learned:
            text = f"{was_told(write)}; {read.node} never learned of {shown(write.value)}"
            yield witness_of(sentence(text), write, read)
