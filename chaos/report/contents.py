"""What the replicas hold in the end, where it matters: keys on which they differ, and what is missing."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chaos.history import Key, Operation, canonical
from chaos.judging.measures import acknowledged_writes
from chaos.report.causes import Causes
from chaos.report.columns import shown
from chaos.report.copies import Copies
from chaos.report.roles import last_leader
from chaos.report.saved import Saved

MOST_ROWS = 60


class Siblings(list[Any]):
    """Several values of one key, none of which wins; equal siblings are always in the same order."""


@dataclass(frozen=True)
class Row:
    """One key: what was acknowledged last, which operation that was, and what each replica holds.

    `odd` are the replicas that lack it; if that is unknown, those that differ from their leader or, without a
    single leader, from the majority. `cause` says why they differ, if the recording tells.
    """

    key: str
    acknowledged: str
    index: int | None
    by: str
    held: Mapping[str, str]
    odd: frozenset[str]
    is_missing: bool
    differs: bool
    cause: str = ""


@dataclass(frozen=True)
class Contents:
    """`rows` are some of the keys worth a look, cause by cause; the numbers count all of them."""

    replicas: tuple[str, ...]
    rows: tuple[Row, ...]
    keys: int
    notable: int
    differing: int
    missing: int
    unreadable: Mapping[str, str]
    causes: Mapping[str, int]
    holders: str  # who has a copy of a key, where that is not everybody


def final_contents(saved: Saved) -> Contents:
    """Side by side: keys on which replicas differ, and keys whose last acknowledged write nobody has."""
    held: dict[Key, dict[str, Operation]] = {}
    unreadable: dict[str, str] = {}
    for read in saved.history.finals:
        if read.outcome != "ok":
            unreadable[str(read.node)] = read.error or "no answer"
        elif read.key is not None:
            held.setdefault(read.key, {})[str(read.node)] = read
    writes: dict[Key | None, list[Operation]] = {}
    for write in saved.history.client_operations:
        if write.f != "read" and write.outcome != "fail":
            writes.setdefault(write.key, []).append(write)
    leader, causes, copies = last_leader(saved), Causes(saved), Copies(saved, held)
    rows = [_row(key, copies.of(key), writes.get(key, []), leader, causes) for key in held]
    notable = sorted((row for row in rows if row.is_missing or row.differs), key=lambda row: row.index or 0)
    counts = Counter(row.cause for row in notable if row.cause)
    replicas = tuple(sorted({node for reads in held.values() for node in reads}))
    return Contents(
        replicas=replicas,
        rows=_first(notable, counts),
        keys=len(rows),
        notable=len(notable),
        differing=sum(row.differs for row in rows),
        missing=sum(row.is_missing for row in rows),
        unreadable=unreadable,
        causes=counts,
        holders=copies.holders,
    )


def _first(rows: Sequence[Row], causes: Mapping[str, int]) -> tuple[Row, ...]:
    """As many as a reader may look at; if causes are known, some of each."""
    groups = [[row for row in rows if row.cause == cause] for cause in (*causes, "")]
    most = MOST_ROWS // max(1, sum(map(bool, groups)))
    return tuple(row for group in groups for row in group[:most])


def _row(
    key: Key, reads: Mapping[str, Operation], writes: Sequence[Operation], leader: str | None, causes: Causes
) -> Row:
    values = {node: _held(read) for node, read in reads.items()}
    last = next(reversed(acknowledged_writes(writes)), None)
    judged = last if last is not None and _says_what_was_written(last, values.values(), writes) else None
    differs = len({canonical(value) for value in values.values()}) > 1
    return Row(
        key=str(key),
        acknowledged="" if last is None else shown(last.value),
        index=None if last is None else last.index,
        by="" if last is None else " ".join(filter(None, (last.node, _epoch(last)))),
        held={node: _shown(value) for node, value in values.items()},
        odd=frozenset(_odd(judged, values, writes, leader)),
        is_missing=judged is not None and _is_missing(judged, values.values(), writes),
        differs=differs,
        cause=causes.of(key, values.values()) if differs else "",
    )


def _says_what_was_written(last: Operation, values: Iterable[Any], writes: Iterable[Operation]) -> bool:
    """True when replicas show values as clients wrote them, so that one can tell whether `last` is there.

    A row of a table, for instance, does not show the statement that made it.
    """
    known = {canonical(write.value) for write in writes} | {canonical(None)}
    return last.f in ("write", "add", "type", "append") and _elements(last, values) <= known


def _is_missing(last: Operation, values: Iterable[Any], writes: Iterable[Operation]) -> bool:
    """True when nobody holds what `last` wrote, nor anything that may have come after it."""
    fine = {canonical(write.value) for write in writes if write is last or not write.precedes(last)}
    return fine.isdisjoint(_elements(last, values))


def _elements(last: Operation, values: Iterable[Any]) -> set[bytes]:
    return {canonical(element) for value in values for element in _parts(last, value)}


def _parts(last: Operation, value: Any) -> Iterable[Any]:
    """What one replica shows of it: the value, the elements of a set, siblings, what a merged value joins."""
    if isinstance(value, Siblings) or (isinstance(value, list) and last.f != "write"):
        return (part for each in value for part in _pieces(last, each))
    return _pieces(last, value)


def _pieces(last: Operation, value: Any) -> Sequence[Any]:
    is_joined = last.saw is not None and isinstance(value, str)
    return value.split("/") if is_joined else [value]


def _held(read: Operation) -> Any:
    return read.value if read.siblings is None else Siblings(sorted(read.siblings, key=canonical))


def _shown(value: Any) -> str:
    return " beside ".join(map(shown, value)) if isinstance(value, Siblings) else shown(value)


def _odd(
    last: Operation | None, values: Mapping[str, Any], writes: Sequence[Operation], leader: str | None
) -> Iterable[str]:
    if last is not None:
        return (node for node, value in values.items() if _is_missing(last, [value], writes))
    texts = {node: canonical(value) for node, value in values.items()}
    ((usual, _),) = Counter(texts.values()).most_common(1)
    right = texts.get(leader or "", usual)
    return (node for node, text in texts.items() if text != right)


def _epoch(operation: Operation) -> str:
    return "" if not operation.epoch else f"(epoch {operation.epoch})"
