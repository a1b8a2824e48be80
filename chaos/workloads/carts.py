"""Shopping carts that several people fill at once: read the cart, add or remove an item, write it back.

A cart is a register with a list of items, and whoever writes one says what it had seen of it. If a read
returns several carts, they are merged first, as Dynamo's shop did: every item that is in one of them. So a
removed item is back as soon as a cart is found in which it still is. With *tombstones* a removed item leaves
a mark in the cart (`-milk#7`), which the merge respects.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Any

from chaos.workloads.client import Answer, Request
from chaos.workloads.traffic import Workload

GOODS = ("milk", "flour", "eggs", "bacon", "ham")
GONE = "-"  # before the name of an item that was removed


def carts(
    *,
    carts: int,
    clients: int,
    rate_per_s: float,
    remove_fraction: float = 0.0,
    tombstones: bool = False,
    look_fraction: float = 0.5,
) -> Workload:
    """All clients share so many carts (cart0, cart1 …), and change only what they have looked at before.

    Of their requests a part, `look_fraction`, only looks. Each change adds an item, so that no two carts
    are ever the same, and of the changes a part takes another one out.
    """
    if carts < 1:
        raise ValueError(f"there must be at least 1 cart, not {carts}")
    plan = partial(_Shopping, carts, remove_fraction, tombstones, look_fraction)
    return Workload("carts", plan, clients, rate_per_s, max_clients=clients)


def merged(found: Sequence[Sequence[str]], tombstones: bool) -> list[str]:
    """One cart of several: all items of all of them, without those that a tombstone tells to be gone."""
    items = dict.fromkeys(item for cart in found for item in cart)
    if not tombstones:
        return list(items)
    gone = {item.removeprefix(GONE) for item in items if item.startswith(GONE)}
    return [item for item in items if item not in gone]


def in_cart(items: Sequence[str]) -> list[str]:
    """What the customer sees of it."""
    return [item for item in items if not item.startswith(GONE)]


@dataclass
class _Shopping:
    carts: int
    remove_fraction: float
    tombstones: bool
    look_fraction: float
    numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))
    seen: dict[tuple[int, str], list[str]] = field(default_factory=dict)  # by client and cart, until changed

    def next(self, client: int, random: Random) -> Request:
        key = f"cart{random.randrange(self.carts)}"
        items = self.seen.pop((client, key), None)
        if items is None or random.random() < self.look_fraction:
            return Request("get", key, heard=partial(self._look, client, key))
        return Request("put", key, self._changed(items, random), knowing=True)

    def _look(self, client: int, key: str, answer: Answer) -> None:
        found: list[Any] = list(answer.siblings or ([answer.value] if answer.value is not None else []))
        self.seen[client, key] = merged(found, self.tombstones)

    def _changed(self, items: list[str], random: Random) -> list[str]:
        new = f"{random.choice(GOODS)}#{next(self.numbers)}"
        wanted = in_cart(items)
        if not wanted or random.random() >= self.remove_fraction:
            return [*items, new]
        gone = random.choice(wanted)
        mark = [f"{GONE}{gone}"] if self.tombstones else []
        return [*(item for item in items if item != gone), *mark, new]
