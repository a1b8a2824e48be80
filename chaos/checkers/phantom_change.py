"""A consumer beside the cluster keeps a change that no replica has: one never made, refused, or undone.

After settling, each consumer is read: `changes/TABLE` is the list of all changes `[key, value]` that it took
over and has not undone. A client must have asked for each, and it must not have been refused. If the cluster
had settled, an acknowledged change must also still be in the log in the end (see `_undone`).

Assumed, else unknown: some write was acknowledged, a consumer was read, and no value was written twice to
one key. Deletes carry no value, so nothing is concluded about them.
"""

from collections.abc import Iterator, Mapping

from chaos.checkers._consumers import CHANGES, answers, untraceable, values_of
from chaos.checkers._passing import changed
from chaos.checkers._undone import undone
from chaos.checkers._words import sentence, shown, was_told, witness_of
from chaos.history import History, Operation, canonical
from chaos.judging.verdict import Finding, Witness, found, unknown

NAME = "phantom-change"
UNSETTLED = "the cluster had not settled"


def check(history: History, *, settled: bool = True) -> Finding:
    """Found with one witness for each such change of a consumer.

    `settled`: the cluster had come to rest before its consumers were read. Until then they may still undo
    what the cluster has undone; what was never made is a phantom at any time.
    """
    answered = answers(history, CHANGES)
    if not answered:
        return unknown(NAME, "no consumer was read")
    if reason := untraceable(history):
        return unknown(NAME, reason)
    writes = {(str(op.key), canonical(op.value)): op for op in history.client_operations if op.f == "write"}
    lost = undone(history) if settled else {}
    phantoms = [witness for read in answered for witness in _phantoms(read, writes, lost)]
    if phantoms:
        return found(NAME, len(phantoms), phantoms)
    if not settled:
        return unknown(NAME, f"{UNSETTLED} when its consumers were read: they may have more to undo")
    return changed(NAME, history)


def _phantoms(
    read: Operation, writes: Mapping[tuple[str, bytes], Operation], lost: Mapping[int, str]
) -> Iterator[Witness]:
    for key, value in values_of(read):
        keeps = f"consumer {read.node} keeps the change {key}={shown(value)}"
        write = writes.get((key, canonical(value)))
        if write is None:
            yield witness_of(sentence(f"{keeps}, which nobody asked for"), read)
        elif write.outcome == "fail":
            yield witness_of(sentence(f"{keeps}, which was refused ({write.error})"), write, read)
        elif instead := lost.get(write.index):
            text = f"{was_told(write)}, at position {write.position}, but in the end {instead}; {keeps}"
            yield witness_of(sentence(text), write, read)
