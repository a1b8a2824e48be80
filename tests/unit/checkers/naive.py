"""The checkers' definitions, tried out literally: every order in which things may have happened.

Slow and simple on purpose. An order is a sequence of all acknowledged changes and any of those in
doubt in which nothing comes before what was over when it began.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations, product

from chaos.history import History, Key, Operation

State = object  # the value of a register, or the frozenset of a set's elements


def orders(operations: Sequence[Operation]) -> Iterator[tuple[Operation, ...]]:
    sure = [operation for operation in operations if operation.outcome == "ok"]
    doubtful = [operation for operation in operations if operation.outcome == "info"]
    for size in range(len(doubtful) + 1):
        for happened in combinations(doubtful, size):
            yield from _arrangements([*sure, *happened])


def _arrangements(operations: list[Operation]) -> Iterator[tuple[Operation, ...]]:
    if not operations:
        yield ()
    for first in operations:
        rest = [operation for operation in operations if operation is not first]
        if not any(other.precedes(first) for other in rest):
            yield from ((first, *others) for others in _arrangements(rest))


def apply(state: State, operation: Operation) -> State:
    if operation.f == "read":
        return state
    if operation.f == "add":
        assert isinstance(state, frozenset)
        return state | {operation.value}
    if operation.f == "delete":
        return frozenset() if isinstance(state, frozenset) else None
    return operation.value


def after(order: Sequence[Operation], initial: State) -> State:
    for operation in order:
        initial = apply(initial, operation)
    return initial


def keys_of(history: History) -> dict[Key, list[Operation]]:
    keys: dict[Key, list[Operation]] = {}
    for operation in history.client_operations:
        if operation.key is not None and operation.outcome != "fail":
            keys.setdefault(operation.key, []).append(operation)
    return keys


def held(history: History, key: Key) -> list[object]:
    return [read.value for read in history.finals if read.key == key]


def lost_registers(history: History) -> int:
    """Keys where something was acknowledged and no order ends in what some replica holds."""
    lost = 0
    for key, operations in keys_of(history).items():
        changes = [operation for operation in operations if operation.f != "read"]
        if any(change.outcome == "ok" for change in changes):
            lost += not {after(order, None) for order in orders(changes)} & set(held(history, key))
    return lost


def lost_elements(history: History) -> int:
    """Acknowledged elements that are in every order's end and on no replica."""
    lost = 0
    for key, operations in keys_of(history).items():
        changes = [operation for operation in operations if operation.f != "read"]
        surely = _surely(after(order, frozenset()) for order in orders(changes))
        lost += len(surely - {e for value in held(history, key) if isinstance(value, list) for e in value})
    return lost


def stale_reads(history: History) -> int:
    """Reads of registers that no order of the changes and this read explains, though some change might."""
    reads = _states_at_reads(history, None)
    return sum(read.value not in states and _traceable(history, read) for read, states in reads)


def _traceable(history: History, read: Operation) -> bool:
    changes = (op for op in keys_of(history)[str(read.key)] if op.f == "write" and op.index < read.end)
    return read.value is None or any(change.value == read.value for change in changes)


def stale_sets(history: History) -> int:
    """Reads of sets that lack an element which is there at the read in every order."""
    return sum(
        not _surely(states) <= set(read.value) for read, states in _states_at_reads(history, frozenset())
    )


def _surely(states: Iterable[State]) -> frozenset[object]:
    return frozenset.intersection(*(state for state in states if isinstance(state, frozenset)))


def _states_at_reads(history: History, initial: State) -> Iterator[tuple[Operation, list[State]]]:
    for operations in keys_of(history).values():
        changes = [operation for operation in operations if operation.f != "read"]
        for read in operations:
            if read.f == "read" and read.outcome == "ok":
                seen = [order[: order.index(read)] for order in orders([*changes, read])]
                yield read, [after(before, initial) for before in seen]


def stale_replicas(history: History) -> int:
    """Values that replicas hold, each once, that no order of the changes leaves, though a change might."""
    stale = 0
    for key, operations in keys_of(history).items():
        changes = [operation for operation in operations if operation.f != "read"]
        ends = [after(order, None) for order in orders(changes)]
        known = {None, *(change.value for change in changes)}
        stale += sum(value in known and value not in ends for value in set(held(history, key)))
    return stale


def stale_set_replicas(history: History) -> int:
    """What replicas hold, each set once, that lacks an element which is in every order's end."""
    stale = 0
    for key, operations in keys_of(history).items():
        changes = [operation for operation in operations if operation.f != "read"]
        surely = _surely(after(order, frozenset()) for order in orders(changes))
        sets = {frozenset(value) for value in held(history, key) if isinstance(value, list)}
        stale += sum(not surely <= value for value in sets)
    return stale


def diverged_registers(history: History) -> int:
    """Keys, of which there is one, that are not the same everywhere."""
    return int(len(set(held(history, "x"))) > 1)


def diverged_sets(history: History) -> int:
    """Keys, of which there is one, that do not hold the same elements everywhere."""
    return int(len({frozenset(value) for value in held(history, "x") if isinstance(value, list)}) > 1)


def split_brains(history: History) -> int:
    """Pairs of spans that overlap wherever between request and answer each acknowledgement lay."""
    spans: dict[tuple[object, object, object], list[Operation]] = {}
    for operation in history.client_operations:
        if operation.outcome == "ok" and operation.f != "read":
            spans.setdefault((operation.node, operation.epoch, operation.partition), []).append(operation)
    pairs = combinations(spans.items(), 2)
    return sum(
        a[0] != b[0] and a[2] == b[2] and _always_overlap(ops_a, ops_b) for (a, ops_a), (b, ops_b) in pairs
    )


def _always_overlap(a: Sequence[Operation], b: Sequence[Operation]) -> bool:
    for moments in product(*(_moments(operation) for operation in (*a, *b))):
        of_a, of_b = moments[: len(a)], moments[len(a) :]
        if max(of_a) < min(of_b) or max(of_b) < min(of_a):
            return False
    return True


def _moments(operation: Operation) -> tuple[float, float, float]:
    return operation.index + 0.1, (operation.index + operation.end) / 2, operation.end - 0.1


def dirty_registers(history: History) -> int:
    """Reads of what failed, or of what is lost in every order in which the read finds it.

    Where an acknowledged change may come after the read, that may have replaced the value.
    """
    dirty = 0
    for key, operations in keys_of(history).items():
        changes = [operation for operation in operations if operation.f != "read"]
        for read in operations:
            if read.f != "read" or read.outcome != "ok" or read.value is None:
                continue
            failed = (op for op in history.client_operations if op.key == key and op.outcome == "fail")
            writes = [
                op for op in changes if op.f == "write" and op.value == read.value and op.index < read.end
            ]
            if not writes:
                dirty += any(op.f == "write" and op.value == read.value for op in failed)
            elif writes[0].outcome != "ok":
                dirty += _is_rolled_back(changes, read, held(history, key))
    return dirty


def _is_rolled_back(changes: Sequence[Operation], read: Operation, left: Sequence[object]) -> bool:
    finds = [
        order for order in orders([*changes, read]) if after(order[: order.index(read)], None) == read.value
    ]
    replaced = any(op.outcome == "ok" for order in finds for op in order[order.index(read) + 1 :])
    return not replaced and not any(after(order, None) in left for order in finds)


def dirty_elements(history: History) -> int:
    """Elements in reads whose add failed, or that are gone in the end though nothing removed them."""
    dirty = 0
    for key, operations in keys_of(history).items():
        changes = [operation for operation in operations if operation.f != "read"]
        in_the_end = [e for value in held(history, key) if isinstance(value, list) for e in value]
        for read in (op for op in operations if op.f == "read" and op.outcome == "ok"):
            for element in read.value:
                adds = [op for op in changes if op.f == "add" and op.value == element and op.index < read.end]
                if not adds:
                    failed = (
                        op for op in history.client_operations if op.outcome == "fail" and op.f == "add"
                    )
                    dirty += any(op.value == element for op in failed)
                elif adds[0].outcome != "ok" and element not in in_the_end:
                    after = [op for op in changes if not op.precedes(read) and not op.precedes(adds[0])]
                    dirty += not any(op.f == "delete" for op in after)
    return dirty
