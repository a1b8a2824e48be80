"""An element of a set was there for certain, and later reads miss it for good, or see it twice.

In the words of Jepsen's `set-full`: an element is *known* from the end of its acknowledged add, or of the
first read that shows it. It is *stable* when the read that began last of all that may show it does; *stale*
when it is stable, but a read that began after it was known missed it; *lost* when the read that began last
misses it and began after it was known; *never-read* when no read tells either. Everything that was added or
that any read shows is an element; one whose add failed, or that nobody added, exists once it was seen.

Assumed, else unknown: sets without deletes, read as lists, some add was acknowledged, and some element is
stable or lost: if none was certainly read, nothing is known. Only clients' reads are judged; `lost-write`
looks into the replicas.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from chaos.checkers._keys import ADDS, KeyOperations, elements
from chaos.checkers._passing import ADD, READ, passed
from chaos.checkers._scope import scope
from chaos.checkers._words import answerer, seconds, sentence, shown, told, witness_of
from chaos.history import History, Operation, canonical
from chaos.judging.verdict import Finding, Witness, found, unknown

NAME = "set-full"

Fate: TypeAlias = Literal["stable", "stale", "lost", "never-read"]


@dataclass(frozen=True)
class Element:
    """What became of what `add` added (None: nobody did); known by `known`, missed last by `absent`."""

    add: Operation | None
    fate: Fate
    known: Operation | None = None
    absent: Operation | None = None


def check(history: History) -> Finding:
    """Found with one witness for each lost element and each one shown twice; measures the elements' fates."""
    judged = scope(history)
    keys = [of_key for of_key in judged.keys if not next(_unfit(of_key), None)]
    unfit = [text for of_key in judged.keys for text in _unfit(of_key)]
    doubts = [*filter(None, [judged.foreign]), *judged.doubts, *unfit]
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
        doubts.append("no element was read for certain")
    if doubts:
        return unknown(NAME, doubts[0], measures)
    return passed(NAME, judged.succeeded, READ, ADD, measures=measures, summary=judged.summary)


def _unfit(of_key: KeyOperations) -> Iterator[str]:
    if not of_key.is_set:
        yield f"key {of_key.key} is not a set"
    for change in of_key.changes:
        if change.f == "delete":
            yield f"operation {change.index} deletes {of_key.key}"


def _elements(of_key: KeyOperations) -> Iterator[Element]:
    reads = [(read, elements(read.value)) for read in of_key.reads]
    adds: dict[bytes, Operation | None] = {canonical(add.value): add for add in of_key.changes}
    failed = {canonical(add.value): add for add in of_key.failed if add.f in ADDS}
    for _, held in reads:
        adds |= {value: failed.get(value) for value in sorted(held - adds.keys())}
    for value, add in adds.items():
        begin = -1 if add is None else add.index
        looks = [(read, value in held) for read, held in reads if read.end > begin]
        yield _element(add, [read for read, yes in looks if yes], [read for read, yes in looks if not yes])


def _element(add: Operation | None, seen: list[Operation], missed: list[Operation]) -> Element:
    witnesses = [*seen, *([add] if add and add.outcome == "ok" else [])]
    known = min(witnesses, key=lambda operation: operation.end, default=None)
    absent = max(missed, key=_begin, default=None)
    present = max(seen, key=_begin, default=None)
    late = bool(known and absent and known.precedes(absent))
    if present and (not absent or absent.index < present.index):
        return Element(add, "stale" if late else "stable", known, absent)
    return Element(add, "lost" if late else "never-read", known, absent)


def _duplicates(read: Operation) -> Iterator[Witness]:
    told_of = set[bytes]()
    for element in read.value or ():
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
    failure = f" (although {told(lost.add)})" if lost.add and lost.add.outcome == "fail" else ""
    text = f"{told(lost.known)}{failure}; but {missed}, nor in any later read"
    return witness_of(sentence(text), *filter(None, [lost.add]), lost.known, read)
