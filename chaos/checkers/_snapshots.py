"""Under snapshot isolation the order of appends that nobody read matters: each must have seen the one before.

Serializability does not care: any order of the transactions puts what nobody read into an order that nobody
contradicts. Under snapshot isolation two that append to one list may not be at work at the same time, so some
order must fit. First the one is tried in which they were acknowledged, then all, as far as that pays.
"""

from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise
from typing import NamedTuple

from chaos.checkers._cycles import Graph, tangles
from chaos.checkers._dependencies import Dependencies, Why
from chaos.checkers._levels import SNAPSHOT, Anomaly
from chaos.checkers._rings import SEARCHES, STEP, rings, states
from chaos.checkers._transactions import Append
from chaos.checkers._versions import Versions

SEARCH = next(search for search in SEARCHES if search.breaks == SNAPSHOT)
BUDGET, MOST = 3_000_000, 500  # edges looked at while orders are tried, and orders tried

TOO_MANY = "there are too many orders of appends that nobody read to try them all"


class Pair(NamedTuple):
    """Of two appends to one list that nobody read, one came first."""

    one: Append
    other: Append


def without_order(versions: Versions, dependencies: Dependencies) -> Anomaly | str | None:
    """A ring that is there in whatever order; None when some order fits; or why nobody knows."""
    lists = [_by_transaction(appends) for appends in versions.unread.values()]
    guess = [Pair(*pair) for appends in lists for pair in pairwise(sorted(appends, key=_end))]
    graph = states(dependencies, SEARCH)
    if _free(graph, guess):
        return None
    pairs = [Pair(*pair) for appends in lists for pair in combinations(appends, 2)]
    tries = min(MOST, BUDGET // (1 + sum(map(len, graph.values()))))
    if len(pairs) > tries:
        return TOO_MANY
    answer = _some_order(graph, pairs, [], iter(range(tries)))
    if answer is None:
        return TOO_MANY
    return None if answer else _told(dependencies, guess)


def _by_transaction(appends: Sequence[Append]) -> list[Append]:
    return list({append.by.index: append for append in reversed(appends)}.values())


def _end(append: Append) -> tuple[float, int]:
    return append.by.end, append.by.index


def _free(graph: Graph, order: Sequence[Pair]) -> bool:
    """Is there no ring if these came in this order?"""
    more = {node: dict(to) for node, to in graph.items()}
    for one, other in order:
        for after_rw in (0, 1):
            more.setdefault(2 * one.by.index + after_rw, {})[2 * other.by.index] = STEP
    return not any(True for _ in tangles(more))


def _some_order(graph: Graph, pairs: list[Pair], chosen: list[Pair], tries: Iterator[int]) -> bool | None:
    """Does some order of these pairs fit to those chosen? None when the tries are used up."""
    if next(tries, None) is None:
        return None
    if not _free(graph, chosen):
        return False
    if not pairs:
        return True
    (one, other), *rest = pairs
    answers = (
        _some_order(graph, rest, [*chosen, pair], tries) for pair in (Pair(one, other), Pair(other, one))
    )
    first = next(answers)
    return first if first is not False else next(answers)


def _told(dependencies: Dependencies, order: Sequence[Pair]) -> Anomaly:
    for one, other in order:
        why = Why("ww", one.key, other.element, one.element)
        dependencies.add(one.by.index, other.by.index, why)
    ring = next(rings(dependencies, SNAPSHOT))
    words = "there is a ring in whatever order one puts the appends that nobody read, for instance"
    return ring._replace(text=f"{words}: {ring.text}")
