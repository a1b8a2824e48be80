"""Orders in a shop of several leaders: each is put into two rows, that of its item and that of its customer.

A row is a register with a list in it, and both are changed in one transaction. Customers stay with one
leader, so nobody else changes their rows; an item is sold by all. Whoever sees an order in the one row and
not in the other has seen half a transaction: something was sold that the store knows nothing of.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Any

from chaos.workloads.steps import StepsRequest
from chaos.workloads.traffic import MAX_CLIENTS, Workload


def orders(
    *,
    items: int,
    clients: int,
    rate_per_s: float,
    order_fraction: float = 0.5,
    max_clients: int = MAX_CLIENTS,
) -> Workload:
    """Every client is a customer who orders one of `items`, or looks at any customer's and any item's row."""
    if items < 1:
        raise ValueError(f"items must be at least 1, not {items}")
    if not 0 <= order_fraction <= 1:
        raise ValueError(f"order_fraction must be from 0 to 1, not {order_fraction}")
    return Workload("orders", partial(_Shop, items, order_fraction), clients, rate_per_s, max_clients)


@dataclass
class _Shop:
    items: int
    order_fraction: float
    customers: int = 1
    numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def next(self, client: int, random: Random) -> StepsRequest:
        self.customers = max(self.customers, client + 1)
        item = f"item{random.randrange(self.items)}"
        if random.random() < self.order_fraction:
            return _order((item, f"customer{client}"), next(self.numbers))
        return _look((item, f"customer{random.randrange(self.customers)}"))


def _order(rows: tuple[str, str], number: int) -> StepsRequest:
    """One transaction of two rows."""
    steps = tuple({"f": "append", "key": key, "value": number} for key in rows)
    return StepsRequest(steps, [["append", key, number] for key in rows])


def _look(rows: tuple[str, str]) -> StepsRequest:
    """Both rows, at one moment of one leader."""

    def shown(results: Sequence[Any]) -> Any:
        return [["r", key, result or []] for key, result in zip(rows, results, strict=True)]

    steps = tuple({"f": "read", "key": key} for key in rows)
    return StepsRequest(steps, [["r", key, None] for key in rows], shown=shown)
