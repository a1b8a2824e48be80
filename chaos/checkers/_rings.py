"""Transactions of which each must come before the next, in a ring, and the name of each ring.

As Elle does it: of a tangle of transactions the simplest ring is told, and the worst kind is looked for
first. Snapshot isolation allows only rings with two rw edges in a row (Fekete et al. 2005), so it is judged
in a graph that has each transaction twice: as reached by an rw edge, which no other may follow, or not.
"""

from collections.abc import Collection, Iterator, Mapping
from itertools import pairwise
from typing import NamedTuple

from chaos.checkers._cycles import lightest_cycle, tangles
from chaos.checkers._dependencies import Dependencies, Kind, Why
from chaos.checkers._levels import COMMITTED, SERIALIZABLE, SESSION, SNAPSHOT, STRICT, UNCOMMITTED, Anomaly
from chaos.history import Operation

RW, STEP = 2**32, 1  # first as few rw edges as possible, then as few transactions
WEIGHT: Mapping[Kind, int] = {"ww": STEP, "wr": STEP, "so": STEP, "rt": STEP, "via": 0, "rw": RW}


class Search(NamedTuple):
    """Rings of these edges; `apart`: no two rw edges in a row."""

    breaks: int
    kinds: tuple[Kind, ...]
    apart: bool = False


READS: tuple[Kind, ...] = ("ww", "wr", "via", "rw")
SEARCHES = (
    Search(UNCOMMITTED, ("ww",)),
    Search(COMMITTED, ("ww", "wr")),
    Search(SNAPSHOT, READS, apart=True),
    Search(SERIALIZABLE, READS),
    Search(SESSION, (*READS, "so"), apart=True),
    Search(SESSION, (*READS, "so")),
    Search(STRICT, (*READS, "so", "rt"), apart=True),
    Search(STRICT, (*READS, "so", "rt")),
)


def rings(dependencies: Dependencies, level: int) -> Iterator[Anomaly]:
    """The simplest ring of each tangle that the level forbids."""
    searches = [search for search in SEARCHES if search.breaks <= level]
    everything = states(dependencies, searches[-1])
    left = {state >> 1 for tangle in tangles(everything) for state in tangle}
    for search in searches if left else ():
        graph = states(dependencies, search, left)
        for tangle in list(tangles(graph)):
            nodes = [state >> 1 for state in lightest_cycle(graph, tangle)]
            yield _told(dependencies, search, nodes)
            left -= {state >> 1 for state in tangle if state >= 0}


def states(
    dependencies: Dependencies, search: Search, within: Collection[int] | None = None
) -> dict[int, dict[int, int]]:
    """The graph to search: node `n` is `2 * n`, and `2 * n + 1` where an rw edge has led to it."""
    graph: dict[int, dict[int, int]] = {}
    for kind in sorted(search.kinds, key=list(WEIGHT).index, reverse=True):  # the strongest last, so it stays
        for node, successors in dependencies.edges[kind].items():
            if within is None or node in within:
                for after_rw in (0, 1) if search.apart else (0,):
                    if kind == "rw" and after_rw:
                        continue
                    stays = search.apart and (kind == "rw" or (kind == "via" and after_rw))
                    to = graph.setdefault(2 * node + after_rw, {})
                    for other in successors:
                        to[2 * other + stays] = WEIGHT[kind]
    return graph


def _told(dependencies: Dependencies, search: Search, nodes: list[int]) -> Anomaly:
    ring = _without_common(dependencies, search, nodes)
    kinds = [why.kind for _, why, _ in ring]
    steps = (
        f"process {one.process} (event {one.index}) comes before process {other.process} "
        f"(event {other.index}): {why.words()}"
        for one, why, other in ring
    )
    name, breaks = name_of(kinds)
    return Anomaly(name, breaks, "; ".join(steps), tuple(one for one, _, _ in ring))


def _without_common(
    dependencies: Dependencies, search: Search, nodes: list[int]
) -> list[tuple[Operation, Why, Operation]]:
    """The ring's edges, those through a node that is no transaction put together."""
    first = next(at for at, node in enumerate(nodes) if node >= 0)
    nodes = nodes[first:] + nodes[:first]
    ring, began = [], nodes[0]
    for one, other in pairwise([*nodes, nodes[0]]):
        kinds = sorted(search.kinds, key=list(WEIGHT).index)
        why = next(why for kind in kinds if (why := dependencies.edges[kind].get(one, {}).get(other)))
        if other >= 0:
            ring.append((dependencies.operations[began], why, dependencies.operations[other]))
            began = other
    return ring


def name_of(kinds: list[Kind]) -> tuple[str, int]:
    """What Elle calls a ring of these edges, and the weakest level that it breaks."""
    reads = kinds.count("rw")
    apart = all(one != "rw" or other != "rw" for one, other in pairwise([*kinds, kinds[0]]))
    if not reads:
        name, breaks = ("G1c", COMMITTED) if "wr" in kinds else ("G0", UNCOMMITTED)
    elif apart:
        name, breaks = ("G-single" if reads == 1 else "G-nonadjacent"), SNAPSHOT
    else:
        name, breaks = "G2-item", SERIALIZABLE
    if "rt" in kinds:
        return f"{name}-realtime", STRICT
    return (f"{name}-process", SESSION) if "so" in kinds else (name, breaks)
