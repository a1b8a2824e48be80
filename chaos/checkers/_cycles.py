"""Cycles in a directed graph: where there are any (Tarjan 1972), and the lightest (Dijkstra 1959)."""

from collections.abc import Iterator, Mapping, Sequence
from heapq import heappop, heappush
from itertools import islice
from typing import TypeAlias

Graph: TypeAlias = Mapping[int, Mapping[int, int]]  # from, to, weight

STARTS = 32  # from so many nodes of a tangle its lightest cycle is looked for


def tangles(graph: Graph) -> Iterator[list[int]]:
    """Sets of two nodes or more of which each can be reached from each, in ascending order."""
    number: dict[int, int] = {}
    lowest: dict[int, int] = {}
    stack: list[int] = []
    for root in graph:
        if root in number:
            continue
        number[root] = lowest[root] = len(number)
        stack.append(root)
        path = [(root, iter(graph[root]))]
        while path:
            node, successors = path[-1]
            following = next((other for other in successors if lowest.get(other, 0) >= 0), None)
            if following is None:
                path.pop()
                if path:
                    lowest[path[-1][0]] = min(lowest[path[-1][0]], lowest[node])
                if lowest[node] == number[node]:
                    at = len(stack) - 1
                    while stack[at] != node:
                        at -= 1
                    tangle = stack[at:]
                    del stack[at:]
                    lowest.update(dict.fromkeys(tangle, -1))  # done with
                    if len(tangle) > 1:
                        yield sorted(tangle)
            elif following in number:
                lowest[node] = min(lowest[node], number[following])
            elif following in graph:
                number[following] = lowest[following] = len(number)
                stack.append(following)
                path.append((following, iter(graph[following])))


def lightest_cycle(graph: Graph, tangle: Sequence[int]) -> list[int]:
    """The lightest of the cycles through one of the tangle's first nodes, as its nodes in order."""
    inside = {node: graph[node] for node in tangle}
    cycles = (_lightest_through(inside, start) for start in islice(tangle, STARTS))
    return min(cycles)[1]


def _lightest_through(graph: Graph, start: int) -> tuple[int, list[int]]:
    came_from: dict[int, int] = {}
    queue = [(cost, to, start) for to, cost in sorted(graph[start].items()) if to in graph]
    while queue:
        weight, node, before = heappop(queue)
        if node in came_from:
            continue
        came_from[node] = before
        if node == start:
            break
        for to, cost in graph[node].items():
            if to in graph and to not in came_from:
                heappush(queue, (weight + cost, to, node))
    cycle = [came_from[start]]
    while cycle[-1] != start:
        cycle.append(came_from[cycle[-1]])
    return weight, cycle[::-1]
