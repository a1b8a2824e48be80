"""A client was told that its write had failed, and later a read shows what it wrote.

If each replica takes a write by itself, a write that too few of them confirmed is an error for the client,
but stays where it was taken: nothing rolls it back. Whether a read shows it depends on which replicas it asks
(Kleppmann 2017, Limitations of quorum consistency). An error that leaves the client in doubt counts like a
definite one, because many clients take any error for a failure. An operation that was never answered does not
count.

A read counts if it began after the error was told. Assumed, else unknown: registers and sets, no value
written twice to one key; a write failed and a read succeeded, or nothing was put to the test.
"""

from collections.abc import Iterator

from chaos.checkers._keys import ADDS, KeyOperations, elements
from chaos.checkers._knowledge import contents
from chaos.checkers._passing import READ, UNTESTED, passed
from chaos.checkers._scope import scope
from chaos.checkers._words import saw, sentence, shown, witness_of
from chaos.history import History, Operation, canonical
from chaos.judging.verdict import Finding, Witness, found, unknown

NAME = "failed-write-seen"


def check(history: History) -> Finding:
    """Found with one witness for each such write: the first read that shows it."""
    judged = scope(history)
    if judged.foreign:
        return unknown(NAME, judged.foreign)
    failed = sum(len(_told(of_key)) for of_key in judged.keys)
    pairs = [pair for of_key in judged.keys for pair in _seen(of_key)]
    measures = {"failed_writes": failed, "failed_writes_seen": len(pairs)}
    if pairs:
        return found(NAME, len(pairs), (_witness(*pair) for pair in pairs), measures)
    if judged.doubts:
        return unknown(NAME, judged.doubts[0], measures)
    if not failed:
        return unknown(NAME, f"no client was told that a write had failed, {UNTESTED}", measures)
    return passed(NAME, judged.succeeded, READ, measures=measures)


def _told(of_key: KeyOperations) -> list[Operation]:
    """The writes and adds that ended in an error."""
    changes = (*of_key.failed, *of_key.changes)
    return [
        change
        for change in changes
        if change.f in ADDS | {"write"} and change.outcome != "ok" and change.completed_index is not None
    ]


def _seen(of_key: KeyOperations) -> Iterator[tuple[Operation, Operation]]:
    shows = {read.index: _parts(of_key, read) for read in of_key.reads}
    for write in _told(of_key):
        value = canonical(write.value)
        told_at = write.event_indexes[-1]
        later = (read for read in of_key.reads if read.index > told_at)
        first = next((read for read in later if value in shows[read.index]), None)
        if first is not None:
            yield write, first


def _parts(of_key: KeyOperations, read: Operation) -> set[bytes]:
    return elements(read.value) if of_key.is_set else set(map(canonical, contents(read.value, read.siblings)))


def _witness(write: Operation, read: Operation) -> Witness:
    was = "failed" if write.outcome == "fail" else "had not been confirmed"
    told = f"process {write.process} was told that its write of {shown(write.value)} to {write.key} {was}"
    return witness_of(sentence(f"{told} ({write.error}); then {saw(read)}"), write, read)
