"""Readers of a wiki who change parts of its pages: likes, tags, comments, and a card with the page's title.

Each part is a value with steps of its own: a counter that is turned, a set to which one adds and from which
one removes, a list into which one inserts, a map whose fields are assigned. Whoever changes a part has looked
at it first, and goes by what there was. No tag, comment or title is ever given twice.
"""

import itertools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Any, Literal, TypeAlias

from msgspec.structs import replace

from chaos.workloads.client import Answer, Client
from chaos.workloads.steps import Step, TakesSteps
from chaos.workloads.traffic import MAX_CLIENTS, Workload

Part: TypeAlias = Literal["likes", "tags", "comments", "card"]
PARTS: tuple[Part, ...] = ("likes", "tags", "comments", "card")
FIELD = "title"


def page_parts(*, pages: int, clients: int, rate_per_s: float, max_clients: int = MAX_CLIENTS) -> Workload:
    """Every client looks at a part of one of `pages` (likes0, tags0, comments0, card0 …), then changes it."""
    if pages < 1:
        raise ValueError(f"pages must be at least 1, not {pages}")
    return Workload("page-parts", partial(_Readers, pages), clients, rate_per_s, max_clients)


def _nobody_hears(_: Answer) -> None:
    """Nobody cares."""


@dataclass(frozen=True)
class PartRequest:
    """See `chaos.workloads.client.Custom`; `saw` is what its client knew of the key, as in a history."""

    f: str
    key: str
    value: Any
    send: Callable[[Client, str], Awaitable[Answer]]
    saw: tuple[Any, ...] | None = None
    heard: Callable[[Answer], None] = _nobody_hears
    session: None = None

    async def perform(self, client: Client, gateway: str) -> Answer:
        """Send it once. Raises `ClientError`."""
        answer = await self.send(client, gateway)
        self.heard(answer)
        return answer


@dataclass
class _Look:
    """What one client was shown of a part last."""

    part: Part
    page: int
    values: tuple[Any, ...] = ()
    context: str = ""

    @property
    def key(self) -> str:
        return f"{self.part}{self.page}"

    def see(self, answer: Answer) -> None:
        shown = answer.siblings or (() if answer.value is None else (answer.value,))
        self.values, self.context = tuple(shown), answer.context or ""

    @property
    def elements(self) -> list[Any]:
        """What is in a set or list."""
        return [element for value in self.values if isinstance(value, list) for element in value]


@dataclass
class _Readers:
    pages: int
    numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))
    looking: dict[int, _Look] = field(default_factory=dict)

    def next(self, client: int, random: Random) -> PartRequest:
        look = self.looking.pop(client, None)
        if look is None:
            look = self.looking[client] = _Look(random.choice(PARTS), random.randrange(self.pages))
            return _reading(look)
        new = f"{chr(ord('a') + client % 26)}{next(self.numbers)}"
        if look.part == "likes":
            by = random.choice((1, 1, 1, 2, -1))
            return _stepping("increment", look.key, by, {"f": "increment", "value": by})
        if look.part == "card":
            step = {"f": "assign", "value": {FIELD: new}, "context": look.context}
            return _stepping("write", look.key, new, step, saw=look.values)
        if look.elements and random.random() < REMOVED:
            gone = random.choice(look.elements)
            return _stepping("delete", look.key, None, {"f": "remove", "value": gone}, saw=(gone,))
        if look.part == "tags":
            return _stepping("add", look.key, new, {"f": "add", "value": new})
        after = random.choice([None, *look.elements])
        return _stepping("list-insert", look.key, new, {"f": "insert", "value": new, "after": after})


REMOVED = 0.25  # of the changes to a set or list


def _reading(look: _Look) -> PartRequest:
    async def send(client: Client, gateway: str) -> Answer:
        if look.part == "tags":
            return await client.members(gateway, look.key)
        answer = await client.get(gateway, look.key)
        return _of_field(answer) if look.part == "card" else answer

    return PartRequest("read", _in_history(look.key), None, send, heard=look.see)


def _of_field(answer: Answer) -> Answer:
    """A map's field is a register of its own."""
    value = answer.value.get(FIELD) if isinstance(answer.value, dict) else None
    several = value["siblings"] if isinstance(value, dict) else None
    return replace(answer, value=None if several else value, siblings=several and tuple(several))


def _stepping(f: str, key: str, value: Any, step: Step, saw: tuple[Any, ...] | None = None) -> PartRequest:
    async def send(client: Client, gateway: str) -> Answer:
        assert isinstance(client, TakesSteps), f"{type(client).__name__} takes no steps"
        return replace(await client.transact(gateway, [{**step, "key": key}]), value=None)

    return PartRequest(f, _in_history(key), value, send, saw)


def _in_history(key: str) -> str:
    """The final reads of replicas show each field of a map under a key of its own."""
    return f"{key}.{FIELD}" if key.startswith("card") else key
