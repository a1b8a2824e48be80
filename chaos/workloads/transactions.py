"""Transactions that append one number to two lists at once, and others that read two lists at once.

Whoever sees the number in one of the lists and not in the other has seen half a transaction. The lists
are rows of the table `posts`; a list's order is that of its rows' keys.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Any

from chaos.workloads.sql import SqlRequest
from chaos.workloads.traffic import MAX_CLIENTS, Workload

APPEND = "INSERT INTO posts(list, element) VALUES (?, ?)"
READ = "SELECT list, element FROM posts WHERE list IN (?, ?) ORDER BY id"


def pairs(
    *,
    lists: int = 4,
    clients: int,
    rate_per_s: float,
    write_fraction: float = 0.3,
    max_clients: int = MAX_CLIENTS,
) -> Workload:
    """Any client appends to, or reads, two of `lists` lists (x0, x1 …); any replica may answer reads."""
    if lists < 2:
        raise ValueError(f"a pair needs 2 lists, not {lists}")
    return Workload("pairs", partial(_Pairs, lists, write_fraction), clients, rate_per_s, max_clients)


@dataclass
class _Pairs:
    lists: int
    write_fraction: float
    elements: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def next(self, client: int, random: Random) -> SqlRequest:
        one, other = sorted(random.sample(range(self.lists), 2))
        pair = (f"x{one}", f"x{other}")
        if random.random() < self.write_fraction:
            return append(pair, next(self.elements))
        return read(pair)


def append(pair: tuple[str, str], element: int) -> SqlRequest:
    """One transaction of two rows."""
    statements = tuple((APPEND, (key, element)) for key in pair)
    return SqlRequest(statements, [["append", key, element] for key in pair])


def read(pair: tuple[str, str]) -> SqlRequest:
    """Both lists, from one state of any replica."""

    def shown(results: Sequence[Any]) -> Any:
        return [["r", key, [element for name, element in results[0]["rows"] if name == key]] for key in pair]

    return SqlRequest(((READ, pair),), [["r", key, None] for key in pair], policy="any", shown=shown)
