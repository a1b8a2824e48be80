"""An element of a set was there for certain, and later reads miss it for good, or see it twice.

In the words of Jepsen's `set-full`: an element is *known* from the end of its acknowledged add, or of the
first read that shows it. It is *stable* when the read that began last of all that may show it does; *stale*
when it is stable, but a read that began after it was known missed it; *lost* when the read that began last
misses it and began after it was known; *never-read* when no read tells either.

Assumed, else unknown: sets of which nothing is deleted, read as lists, and some element is stable or lost:
where none was read for certain, nothing is known. Judged by clients' reads alone; `lost-write` looks into
the replicas.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from chaos.checkers._keys import KeyOperations, elements, keys_of, misfit
from chaos.checkers._words import answerer, seconds, sentence, shown, told, witness_of
from chaos.history import History, Operation, canonical
from chaos.verdict import Finding, Witness, found, not_found, unknown

NAME = "set-full"

Fate: TypeAlias = Literal["stable", "stale", "lost", "never-read"]


@dataclass(frozen=True)
class Element:
    """What became of what `add` added; known by `known`, missed last by `absent`."""

    add: Operation
    fate: Fate
    known: Operation | None = None
    absent: Operation | None = None


def check(history: History) -> Finding:
    """Found with one witness for each lost element and each one shown twice; measures the elements' fates."""
    keys = keys_of(history)
    reason = misfit(history) or next((text for of_key in keys for text in _unfit(of_key)), None)
    if reason:
        return unknown(NAME, reason)
    fates = [element for of_key in keys for element in _elements(of_key)]
    lost = [element for element in fates if element.fate == "lost"]
    twice = [witness for of_key in keys for read in of_key.reads for witness in _duplicates(read)]
    measures = {
        "set_stable": sum(element.fate in ("stable", "stale") for element in fates),
        "set_stale": sum(element.fate == "stale" for element in fates),
        "set_lost": len(lost),
        "set_never_read": sum(element.fate == "never-read" for element in fates),
        "set_duplicated": len(twice),
    }
    if lost or twice:
        return found(NAME, len(lost) + len(twice), [*map(_witness, lost), *twice], measures)
    if not measures["set_stable"]:
        return unknown(NAME, "no element was read for certain", measures)
    return not_found(NAME, measures)


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
        looks = [(read, value in held) for read, held in reads if read.end > add.index]
        yield _element(add, [read for read, yes in looks if yes], [read for read, yes in looks if not yes])


def _element(add: Operation, seen: list[Operation], missed: list[Operation]) -> Element:
    witnesses = [*seen, *([add] if add.outcome == "ok" else [])]
    known = min(witnesses, key=lambda operation: operation.end, default=None)
    absent = max(missed, key=_begin, default=None)
    present = max(seen, key=_begin, default=None)
    late = bool(known and absent and known.precedes(absent))
    if present and (not absent or absent.index < present.index):
        return Element(add, "stale" if late else "stable", known, absent)
    return Element(add, "lost" if late else "never-read", known, absent)


def _duplicates(read: Operation) -> Iterator[Witness]:
    told_of = set[bytes]()
    for element in read.value:
        if canonical(element) in told_of:
            text = (
                f"process {read.process} asked {answerer(read)} for {read.key} and saw {shown(element)} twice"
            )
            yield witness_of(sentence(text), read)
        told_of.add(canonical(element))


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
