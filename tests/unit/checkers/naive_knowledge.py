"""What knowledge means, tried out literally: a store of versions, and every order of what happened.

A change with `saw` takes out of the store what it saw and what that had taken out; a blind one takes out
everything. Parts are kept apart from versions: each is a tag of who brought it in, and stays until a change
without that part takes its tag out.
"""

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from chaos.history import History, Operation
from tests.unit.checkers.naive import orders

Tag: TypeAlias = tuple[int, str]


class Told:
    """One register: who knew whom, by their indexes."""

    def __init__(self, history: History) -> None:
        self.history = history
        of_clients = history.client_operations
        self.changes = [op for op in of_clients if op.f != "read" and op.outcome != "fail"]
        self.by_index = {change.index: change for change in self.changes}
        self.is_told = any(op.saw is not None for op in of_clients if op.f != "read") or any(
            op.siblings is not None for op in history.operations
        )

    def tags(self, value: str, before: int) -> set[int] | None:
        """Who made this value, or brought its parts in; None when that is not known."""
        made = {change.index for change in self.changes if change.value == value and change.index < before}
        if made:
            return made
        found: set[int] = set()
        for part in value.split("/"):
            origins = {op.index for op in self.changes if part in fresh(op) and op.index < before}
            if not origins:
                return None
            found |= origins
            whole = [op for op in self.changes if part in parts(op.value) and op.index < before]
            found |= {op.index for op in whole if parts(op.value) <= parts(value)}
        return found

    def is_traced(self) -> bool:
        return all(
            self.tags(value, change.index) is not None
            for change in self.changes
            for value in change.saw or ()
        )

    def direct(self, change: Operation) -> set[int]:
        return {index for value in change.saw or () for index in self.tags(value, change.index) or ()}

    def lawful(self, operations: Sequence[Operation]) -> Iterator[tuple[Operation, ...]]:
        """Every order in which whoever saw something comes after it."""
        for order in orders(operations):
            place = {operation.index: at for at, operation in enumerate(order)}
            if all(
                other in place and place[other] < place[op.index]
                for op in order
                if op.f != "read"
                for other in self.direct(op)
            ):
                yield order


def parts(value: object) -> set[str]:
    return set(value.split("/")) if isinstance(value, str) else set()


def fresh(change: Operation) -> set[str]:
    return parts(change.value) - {part for value in change.saw or () for part in parts(value)}


def live(told: Told, order: Sequence[Operation]) -> set[int]:
    """The versions in the store after this."""
    store: set[int] = set()
    gone: dict[int, set[int]] = {}
    for op in order:
        if op.f == "read":
            continue
        direct = told.direct(op)
        gone[op.index] = set(store) if op.saw is None else direct.union(*(gone[each] for each in direct))
        store -= gone[op.index]
        if op.f == "write":
            store.add(op.index)
    return store


def tags_left(told: Told, order: Sequence[Operation]) -> set[Tag]:
    """The parts in the store after this, with who brought each in.

    Who writes a part that he saw brings it back after a blind change, but not once somebody left it out.
    """
    store: set[Tag] = set()
    left_out: set[Tag] = set()
    gone: dict[int, set[int]] = {}
    done: set[int] = set()
    for op in order:
        direct = told.direct(op)
        known = set(done) if op.saw is None else direct.union(*(gone[each] for each in direct))
        gone[op.index] = known
        done.add(op.index)
        if op.saw is None:
            store = set()
        else:
            knew = {(who, part) for who in known for part in fresh(told.by_index[who])}
            left_out |= {tag for tag in knew if tag[1] not in parts(op.value)}
            store = (store | {tag for tag in knew if tag[1] in parts(op.value)}) - left_out
        store |= {(op.index, part) for part in fresh(op)}
    return store


def held(history: History) -> list[list[str]]:
    return [_values(read) for read in history.finals]


def _values(read: Operation) -> list[str]:
    return [read.value] * (read.value is not None) if read.siblings is None else list(read.siblings)


def is_lost(told: Told) -> bool:
    """Whether every order leaves a part that nobody holds, or a delete last that no replica knows of."""
    return not any(_fits(told, order) for order in told.lawful(told.changes))


def _fits(told: Told, order: Sequence[Operation]) -> bool:
    there = {part for values in held(told.history) for value in values for part in parts(value)}
    if any(part not in there for _, part in tags_left(told, order)):
        return False
    blind = [op for op in order if op.saw is None]
    if not blind or blind[-1].f != "delete":
        return True
    written = {part for op in told.changes for part in parts(op.value)}
    older = {
        part
        for part in there & written
        if all(op.precedes(blind[-1]) for op in told.changes if part in parts(op.value))
    }
    return any(
        older.isdisjoint({part for value in values for part in parts(value)}) for values in held(told.history)
    )


def _possible(told: Told, read: Operation | None) -> set[int]:
    """The versions that may be in the store at this read, or in the end."""
    if read is None:
        return set().union(*(live(told, order) for order in told.lawful(told.changes)))
    found = told.lawful([*told.changes, read])
    return set().union(*(live(told, order[: order.index(read)]) for order in found))


def _is_current(told: Told, value: str, possible: set[int], before: float) -> tuple[bool, bool]:
    """Whether a value, or all parts of it and any part of it, may be in the store."""
    whole = [op for op in told.changes if op.value == value and op.index < before]
    those = [told.by_index[index] for index in possible]
    if whole:
        inside = [op for op in those if parts(op.value) <= parts(value)]
        again = len(parts(value)) > 1 and parts(value) <= {p for op in inside for p in parts(op.value)}
        is_there = whole[0].index in possible or again
        return is_there, is_there
    known = {part for op in told.changes if op.index < before for part in parts(op.value)}
    if not parts(value) <= known:
        return True, True  # nobody can tell
    there = [any(part in parts(op.value) for op in those) for part in parts(value)]
    return all(there), any(there)


def stale_replicas(told: Told) -> int:
    """What replicas hold, each once, in which something is not in the store after any order."""
    possible = _possible(told, None)
    stale = 0
    for values in {frozenset(values) for values in held(told.history)}:
        if values:
            stale += not all(_is_current(told, value, possible, float("inf"))[0] for value in values)
        else:
            stale += all(live(told, order) for order in told.lawful(told.changes))
    return stale


def stale_reads(told: Told) -> int:
    stale = 0
    for read in told.history.client_operations:
        if read.f != "read" or read.outcome != "ok":
            continue
        values = _values(read)
        if values:
            possible = _possible(told, read)
            stale += not any(_is_current(told, value, possible, read.end)[1] for value in values)
        else:
            found = told.lawful([*told.changes, read])
            stale += all(live(told, order[: order.index(read)]) for order in found)
    return stale


def returned(told: Told) -> int:
    """Parts, each counted for each replica, that were deleted by those who saw them."""
    return sum(
        len({part for value in values for part in parts(value) if _is_back(told, value, part)})
        for values in held(told.history)
    )


def _is_back(told: Told, value: str, part: str) -> bool:
    owner = next((op for op in told.changes if op.value == value), None)
    if owner is not None and any(
        owner.index in _reach(told, op) for op in told.changes if op.outcome == "ok"
    ):
        owner = None
    deletes = [
        op
        for op in told.changes
        if op.f == "delete" and op.outcome == "ok" and any(part in parts(value) for value in op.saw or ())
    ]
    if owner is not None:
        deletes = [op for op in deletes if op.index in _reach(told, owner) and part not in fresh(owner)]
    origins = [op for op in told.changes if part in fresh(op)]
    return bool(deletes and origins) and all(
        any(origin.index in _reach(told, op) for op in deletes) for origin in origins
    )


def _reach(told: Told, change: Operation) -> set[int]:
    found, left = set[int](), [change]
    while left:
        for index in told.direct(left.pop()) - found:
            found.add(index)
            left.append(told.by_index[index])
    return found
