"""Clients that add elements to sets; no element is ever added twice in a run, and none removed.

The kindest shape for proving loss: an element, once acknowledged, must be there ever after. (Jepsen
judges most databases by it first.)
"""

import itertools
from dataclasses import dataclass, field
from functools import partial
from random import Random

from chaos.workloads.client import Request
from chaos.workloads.traffic import MAX_CLIENTS, Workload


def adds(
    *,
    keys: int = 1,
    clients: int,
    rate_per_s: float,
    add_fraction: float = 0.9,
    max_clients: int = MAX_CLIENTS,
) -> Workload:
    """Any client adds to, or reads, any of `keys` sets (s0, s1 …)."""
    if keys < 1:
        raise ValueError(f"keys must be at least 1, not {keys}")
    if not 0 <= add_fraction <= 1:
        raise ValueError(f"add_fraction must be from 0 to 1, not {add_fraction}")
    return Workload("sets", partial(_Adds, keys, add_fraction), clients, rate_per_s, max_clients)


@dataclass
class _Adds:
    keys: int
    add_fraction: float
    elements: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def next(self, client: int, random: Random) -> Request:
        key = f"s{random.randrange(self.keys)}"
        if random.random() < self.add_fraction:
            return Request("add", key, next(self.elements))
        return Request("members", key)
