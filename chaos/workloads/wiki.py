"""Authors of a wiki: each reads a page's title and then changes what it read, and many change the same ones.

An edit is knowing: it says which titles its author saw, and means to replace those. A history of such edits
shows which of them was overwritten by somebody who had not seen it, however much later that was.
"""

import itertools
from dataclasses import dataclass, field, replace
from functools import partial
from random import Random
from typing import Any

from chaos.workloads.client import Answer, Request
from chaos.workloads.traffic import MAX_CLIENTS, Workload

PLACES = 100  # from which somebody may come, each near one gateway


def titles(*, pages: int, clients: int, rate_per_s: float, max_clients: int = MAX_CLIENTS) -> Workload:
    """Every client reads the title of one of `pages` (title0, title1 …), then changes that title."""
    return _workload("wiki-titles", _Authors(pages), clients, rate_per_s, max_clients)


def careful_titles(
    *, pages: int, clients: int, rate_per_s: float, max_clients: int = MAX_CLIENTS
) -> Workload:
    """The same, and who is shown several titles of a page keeps all of them in the one that comes next."""
    return _workload("careful-titles", _Authors(pages, careful=True), clients, rate_per_s, max_clients)


def edits(*, pages: int, clients: int, rate_per_s: float, max_clients: int = MAX_CLIENTS) -> Workload:
    """Every request changes a title, by an author who goes by what was there after the last change."""
    return _workload("wiki-edits", _Authors(pages, looks=False), clients, rate_per_s, max_clients)


def own_titles(*, clients: int, rate_per_s: float) -> Workload:
    """Every client reads the title of a page of its own and then changes it, now here and now there."""
    return _workload("own-titles", _Authors(pages=1, own=True), clients, rate_per_s, clients)


def _workload(name: str, authors: "_Authors", clients: int, rate_per_s: float, max_clients: int) -> Workload:
    if authors.pages < 1:
        raise ValueError(f"pages must be at least 1, not {authors.pages}")
    return Workload(name, partial(_Desks, authors), clients, rate_per_s, max_clients)


@dataclass(frozen=True)
class _Authors:
    """How they work; `careful` ones keep what they were shown side by side, some never `look`."""

    pages: int
    careful: bool = False
    looks: bool = True
    own: bool = False  # each has a page of its own, and comes to any gateway


@dataclass
class _Desk:
    """The page that one client has before its eyes, and the titles that it was shown side by side."""

    page: str
    shown: tuple[Any, ...] = ()

    def see(self, answer: Answer) -> None:
        self.shown = answer.siblings or ()


@dataclass
class _Desks:
    authors: _Authors
    edits: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))
    reading: dict[int, _Desk] = field(default_factory=dict)

    def next(self, client: int, random: Random) -> Request:
        request = self._next(client, random)
        return (
            replace(request, routed_by=f"place-{random.randrange(PLACES)}") if self.authors.own else request
        )

    def _next(self, client: int, random: Random) -> Request:
        desk = self.reading.pop(client, None)
        if desk is None:
            page = client if self.authors.own else random.randrange(self.authors.pages)
            desk = _Desk(f"title{page}")
            if self.authors.looks:
                self.reading[client] = desk
                return Request("get", desk.page, heard=desk.see)
        title = f"{_author(client)}{next(self.edits)}"
        kept = desk.shown if self.authors.careful else ()
        return Request("put", desk.page, "/".join([*kept, title]), knowing=True)


def _author(client: int) -> str:
    """A letter for each of the first ones."""
    return chr(ord("A") + client % 26)
