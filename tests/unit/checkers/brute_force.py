"""Isolation levels by their definitions: some order explains the history, and all orders are tried.

Serializability and its stricter forms run the transactions one after the other on real lists, snapshot
isolation on snapshots with the first committer winning, and Adya's weaker levels try all orders of each
list's appends. Nothing here knows of the checkers' graphs, but for the one that defines those weaker levels.
Who is in doubt committed or did not, whichever explains more.
"""

from collections.abc import Iterable, Iterator
from itertools import combinations, pairwise, permutations, product
from typing import Any, TypeAlias

from chaos.history import History, Operation

Lists: TypeAlias = dict[Any, list[Any]]


def allows(level: str, history: History) -> bool:
    """Is there an order of these transactions that the level allows?"""
    sure = [operation for operation in history.client_operations if operation.outcome == "ok"]
    doubtful = [operation for operation in history.client_operations if operation.outcome == "info"]
    chosen = (some for size in range(len(doubtful) + 1) for some in combinations(doubtful, size))
    if any(len(set(seen)) < len(seen) for operation in sure for _, seen in reads(operation)):
        return False
    return any(explained(level, [*sure, *some]) for some in chosen)


def explained(level: str, committed: list[Operation]) -> bool:
    if level in ("read-uncommitted", "read-committed"):
        return any(weakly(level, committed, order) for order in orders(committed))
    if level == "snapshot-isolation":
        return snapshots(committed, [], {})
    return serially(level, committed, {})


def reads(operation: Operation) -> Iterator[tuple[Any, list[Any]]]:
    return ((key, value or []) for f, key, value in operation.value if f == "r" and operation.outcome == "ok")


def run(operation: Operation, lists: Lists) -> Lists | None:
    """The lists afterwards; None when it read anything else than it must have in this state."""
    after = dict(lists)
    for f, key, value in operation.value:
        if f == "append":
            after[key] = [*after.get(key, []), value]
        elif operation.outcome == "ok" and (value or []) != after.get(key, []):
            return None
    return after


def serially(level: str, left: list[Operation], lists: Lists) -> bool:
    """May what is left come now, one after the other?"""
    if not left:
        return True
    for operation in left:
        others = [other for other in left if other is not operation]
        if not any(must_precede(level, other, operation) for other in others):
            after = run(operation, lists)
            if after is not None and serially(level, others, after):
                return True
    return False


def must_precede(level: str, one: Operation, other: Operation) -> bool:
    over = one.outcome == "ok" and one.completed_index is not None and one.completed_index < other.index
    same = one.session == other.session if one.session else one.process == other.process
    return over and (level == "strict-serializable" or (level == "strong-session-serializable" and same))


def snapshots(left: list[Operation], active: list[tuple[Operation, Lists]], lists: Lists) -> bool:
    """May what is left start, and what is active commit, in some order?"""
    if not left and not active:
        return True
    for operation in left:
        others = [other for other in left if other is not operation]
        if run(operation, lists) is not None and snapshots(others, [*active, (operation, lists)], lists):
            return True
    for at, (operation, snapshot) in enumerate(active):
        mine = run(operation, snapshot) or {}
        touched = {key for f, key, _ in operation.value if f == "append"}
        first = all(lists.get(key, []) == snapshot.get(key, []) for key in touched)
        if first and snapshots(
            left, active[:at] + active[at + 1 :], {**lists, **{key: mine[key] for key in touched}}
        ):
            return True
    return False


def orders(committed: list[Operation]) -> Iterator[Lists]:
    appended: Lists = {}
    for operation in committed:
        for f, key, value in operation.value:
            if f == "append":
                appended.setdefault(key, []).append(value)
    for chosen in product(*(permutations(values) for values in appended.values())):
        yield dict(zip(appended, map(list, chosen), strict=True))


def weakly(level: str, committed: list[Operation], order: Lists) -> bool:
    """Adya's PL-1 and PL-2, given the order of each list's versions."""
    writer = {(key, v): op for op in committed for f, key, v in op.value if f == "append"}
    edges = {
        (writer[key, one].index, writer[key, other].index)
        for key, values in order.items()
        for one, other in pairwise(values)
    }
    for operation in committed:
        own = [(key, value) for f, key, value in operation.value if f == "append"]
        for key, values in order.items():
            if [value for value in values if (key, value) in own] != [v for k, v in own if k == key]:
                return False
        if not sees_itself(operation):
            return False
        for key, read in reads(operation):
            seen = [v for v in read if (key, v) in writer] if level == "read-uncommitted" else read
            if order.get(key, [])[: len(seen)] != seen:
                return False
            if seen and level == "read-committed":
                source = writer[key, seen[-1]]
                last = [v for f, k, v in source.value if f == "append" and k == key][-1]
                if source is not operation and last != seen[-1]:
                    return False
                edges.add((source.index, operation.index))
    return acyclic({(one, other) for one, other in edges if one != other})


def sees_itself(operation: Operation) -> bool:
    """Each read ends with what the transaction has appended so far, and shows none of its later appends."""
    every = [(key, value) for f, key, value in operation.value if f == "append"]
    done: Lists = {}
    for f, key, value in operation.value:
        if f == "append":
            done.setdefault(key, []).append(value)
        elif operation.outcome == "ok":
            own, seen = done.get(key, []), value or []
            if seen[len(seen) - len(own) :] != own or [v for v in seen if (key, v) in every] != own:
                return False
    return True


def acyclic(edges: Iterable[tuple[int, int]]) -> bool:
    left = set(edges)
    while left:
        inner = {(one, other) for one, other in left if other in {start for start, _ in left}}
        if inner == left:
            return False
        left = inner
    return True
