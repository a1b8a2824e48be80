"""An element of a set was there for certain, and later reads miss it for good. In Jepsen's words.

As Jepsen's `set-full`: an element is *known* from the end of its acknowledged add, or of the first read
that shows it. It is *stable* when, as far as reads tell, it stays from some moment on; *stale* when it is
stable, but a read that began after it was known missed it; *lost* when the last reads that began after it
was known miss it; *never-read* when no read tells either. Reads that overlap tell in the order in which
they began.

Assumed, else unknown: sets of which nothing is deleted, read as lists. Judged by clients' reads alone;
`lost-write` looks into the replicas.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from chaos.checkers._keys import KeyOperations, by_key, elements, misfit
from chaos.checkers._words import answerer, seconds, sentence, told, witness_of
from chaos.history import History, Operation, canonical
from chaos.verdict import Finding, Witness, found, not_found, unknown

NAME = "set-full"

Fate: TypeAlias = Literal["stable", "stale", "lost", "never-read"]


@dataclass(frozen=True)
class Element:
    """What became of what `add` added; known by `known`, missed last by `absent` (after it was known)."""

    add: Operation
    fate: Fate
    known: Operation | None = None
    absent: Operation | None = None


def check(history: History) -> Finding:
    """Found with one witness for each lost element; measures how many elements had which fate."""
    keys = by_key(history.client_operations)
    reason = misfit(history) or next((text for of_key in keys for text in _unfit(of_key)), None)
    if reason:
        return unknown(NAME, reason)
    fates = [element for of_key in keys for element in _elements(of_key)]
    lost = [element for element in fates if element.fate == "lost"]
    measures = {
        "set_stable": sum(element.fate in ("stable", "stale") for element in fates),
        "set_stale": sum(element.fate == "stale" for element in fates),
        "set_lost": len(lost),
        "set_never_read": sum(element.fate == "never-read" for element in fates),
    }
    return found(NAME, len(lost), map(_witness, lost), measures) if lost else not_found(NAME, measures)


def _unfit(of_key: KeyOperations) -> Iterator[str]:
    if not of_key.is_set:
        yield f"key {of_key.key} is not a set"
    for change in of_key.changes:
        if change.f == "delete":
            yield f"operation {change.index} deletes {of_key.key}"


def _elements(of_key: KeyOperations) -> Iterator[Element]:
    reads = [(read, elements(read.value)) for read in of_key.reads]
    for add in of_key.changes:
        value = canonical(add.value)
        seen = [read for read, held in reads if value in held]
        missed = [read for read, held in reads if value not in held]
        yield _element(add, seen, missed)


def _element(add: Operation, seen: list[Operation], missed: list[Operation]) -> Element:
    witnesses = [*seen, *([add] if add.outcome == "ok" else [])]
    known = min(witnesses, key=lambda operation: operation.end, default=None)
    absent = max((read for read in missed if known and known.precedes(read)), key=_begin, default=None)
    present = max(seen, key=_begin, default=None)
    if absent and (not present or present.index < absent.index):
        return Element(add, "lost", known, absent)
    if present:
        return Element(add, "stale" if absent else "stable", known, absent)
    return Element(add, "never-read", known)


def _begin(operation: Operation) -> int:
    return operation.index


def _witness(lost: Element) -> Witness:
    assert lost.known is not None and lost.absent is not None
    read = lost.absent
    missed = (
        f"process {read.process} asked {answerer(read)} at {seconds(read.invoked_ns)} and it was not there"
    )
    text = f"{told(lost.known)}; but {missed}, nor in any later read"
    return witness_of(sentence(text), lost.add, lost.known, read)
