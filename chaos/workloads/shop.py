"""A shop on the demonstration tables: everything that makes a statement come out differently elsewhere.

Orders note the time and draw a lot, and their keys come from a counter. Some transactions fail after
they drew one. Items are reserved without saying which; balances change, and a trigger notes when.
"""

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random

from chaos.workloads.sql import SqlRequest, Statement
from chaos.workloads.traffic import MAX_CLIENTS, Workload

ITEMS, ACCOUNTS = 40, 5
ORDER = "INSERT INTO orders(item, placed, lot) VALUES (?, now(), rand())"
RESERVE = "UPDATE items SET holder = ? WHERE name IN (SELECT name FROM items WHERE holder IS NULL LIMIT 1)"
PAY = "UPDATE accounts SET balance = balance + ? WHERE name = ?"
VISIT = "INSERT INTO visits(page, visitor) VALUES (?, ?)"


def transactions(*, clients: int, rate_per_s: float, max_clients: int = MAX_CLIENTS) -> Workload:
    """Orders, orders that fail, reservations, payments and visits, in equal parts."""
    return Workload("shop", _Shop, clients, rate_per_s, max_clients)


def _request(*statements: Statement) -> SqlRequest:
    return SqlRequest(statements, value=[[sql, *parameters] for sql, parameters in statements], f="sql")


def _stock() -> SqlRequest:
    items = ", ".join(f"('item {n}', {(n * 7) % ITEMS})" for n in range(ITEMS))
    accounts = ", ".join(f"('account {n}', 0)" for n in range(ACCOUNTS))
    return _request(
        (f"INSERT INTO items(name, price) VALUES {items}", ()),
        (f"INSERT INTO accounts(name, balance) VALUES {accounts}", ()),
    )


@dataclass
class _Shop:
    numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count())

    def next(self, client: int, random: Random) -> SqlRequest:
        number = next(self.numbers)
        return KINDS[random.choice(list(KINDS))](number, random) if number else _stock()


KINDS: Mapping[str, Callable[[int, Random], SqlRequest]] = {
    "order": lambda number, random: _request((ORDER, (f"order {number}",))),
    "failing-order": lambda number, random: _request((ORDER, (f"order {number}",)), (ORDER, ("",))),
    "reservation": lambda number, random: _request((RESERVE, (f"holder {number}",))),
    "payment": lambda number, random: _request((PAY, (number, f"account {random.randrange(ACCOUNTS)}"))),
    "visit": lambda number, random: _request((VISIT, (f"page {number}", f"visitor {client_of(number)}"))),
}


def client_of(number: int) -> int:
    """Visitors come again."""
    return number % 7
