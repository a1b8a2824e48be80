"""Cycles in a directed graph, a shortest one for each tangle of them."""

from collections import deque
from collections.abc import Iterator, Mapping
from typing import TypeAlias

Graph: TypeAlias = Mapping[int, Mapping[int, object]]


def cycles(graph: Graph) -> Iterator[list[int]]:
    """Cycles that share no node, as their nodes in order; at least one if there is any."""
    left = _tangled(graph)
    while left:
        cycle = next(cycle for start in sorted(left) if (cycle := _shortest(left, start)))
        yield cycle
        left = _tangled({node: to for node, to in left.items() if node not in cycle})


def _tangled(graph: Graph) -> dict[int, Mapping[int, object]]:
    """Without the nodes to which no cycle leads: what nothing leads to goes, until there is none left."""
    led_to = dict.fromkeys(graph, 0)
    for successor in (successor for to in graph.values() for successor in to if successor in graph):
        led_to[successor] += 1
    free = [node for node, count in led_to.items() if not count]
    while free:
        node = free.pop()
        del led_to[node]
        for successor in graph[node]:
            if successor in led_to:
                led_to[successor] -= 1
                if not led_to[successor]:
                    free.append(successor)
    return {node: graph[node] for node in led_to}


def _shortest(graph: Graph, start: int) -> list[int]:
    """A shortest cycle through `start`; empty without any."""
    came_from: dict[int, int] = {}
    queue = deque([start])
    while queue:
        node = queue.popleft()
        for successor in graph[node]:
            if successor == start:
                path = [node]
                while path[-1] != start:
                    path.append(came_from[path[-1]])
                return path[::-1]
            if successor in graph and successor not in came_from:
                came_from[successor] = node
                queue.append(successor)
    return []
