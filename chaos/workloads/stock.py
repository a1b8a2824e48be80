"""Items whose prices change, as rows of the table `items`; no price is ever set twice.

In the history each is a register called `items/NAME`. A few items are in demand, so one of them may well
change twice between two looks of a slow observer.
"""

import itertools
from dataclasses import dataclass, field
from functools import partial
from random import Random

from chaos.workloads.sql import SqlRequest
from chaos.workloads.traffic import MAX_CLIENTS, Workload

SET_PRICE = (
    "INSERT INTO items(name, price) VALUES (?, ?) ON CONFLICT(name) DO UPDATE SET price = excluded.price"
)
REMOVE = "DELETE FROM items WHERE name = ?"
VISIT = "INSERT INTO visits(page, visitor) VALUES (?, ?)"


def prices(
    *,
    items: int = 5,
    clients: int,
    rate_per_s: float,
    delete_fraction: float = 0.1,
    max_clients: int = MAX_CLIENTS,
) -> Workload:
    """Any client sets the price of one of `items` items (item0, item1 …), removes it, or visits its page."""
    if items < 1:
        raise ValueError(f"items must be at least 1, not {items}")
    return Workload("prices", partial(_Prices, items, delete_fraction), clients, rate_per_s, max_clients)


@dataclass
class _Prices:
    items: int
    delete_fraction: float
    values: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def next(self, client: int, random: Random) -> SqlRequest:
        name, value = f"item{random.randrange(self.items)}", next(self.values)
        chance = random.random()
        if chance < self.delete_fraction:
            return SqlRequest(((REMOVE, (name,)),), None, f="delete", key=f"items/{name}")
        if chance < 0.3:  # of a table that nobody outside asked for
            page = (f"page {name}", f"visitor {value}")
            return SqlRequest(((VISIT, page),), [*page], f="insert", key="visits")
        return SqlRequest(((SET_PRICE, (name, value)),), value, f="write", key=f"items/{name}")
