"""Authors of a wiki's pages: each reads a page, a text of lines, and then changes a line or puts one in.

Two authors of one page mostly change different lines, so both edits can stand. What an author is shown beside
each other, siblings or the two sides of a conflict, is kept. No line is ever written twice.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Any

from chaos.workloads.client import Answer, Request
from chaos.workloads.traffic import MAX_CLIENTS, Workload

LONGEST = 12  # lines; then whoever writes one takes one out
MARKERS = ("<<<<<<<", "=======", ">>>>>>>")


def pages(*, pages: int, clients: int, rate_per_s: float, max_clients: int = MAX_CLIENTS) -> Workload:
    """Every client reads one of `pages` (page0, page1 …), then changes a line of it."""
    if pages < 1:
        raise ValueError(f"pages must be at least 1, not {pages}")
    return Workload("wiki-pages", partial(_Authors, pages), clients, rate_per_s, max_clients)


@dataclass
class _Reading:
    """The page that one client has before its eyes, and its lines."""

    page: str
    lines: list[str] = field(default_factory=list)

    def see(self, answer: Answer) -> None:
        self.lines = lines_of(answer.siblings or (answer.value,))


@dataclass
class _Authors:
    pages: int
    lines: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))
    reading: dict[int, _Reading] = field(default_factory=dict)

    def next(self, client: int, random: Random) -> Request:
        page = self.reading.pop(client, None)
        if page is None:
            page = self.reading[client] = _Reading(f"page{random.randrange(self.pages)}")
            return Request("get", page.page, heard=page.see)
        text = changed(page.lines or [self._new(client)], self._new(client), random)
        return Request("put", page.page, "\n".join(text), knowing=True)

    def _new(self, client: int) -> str:
        return f"{chr(ord('A') + client % 26)} wrote line {next(self.lines)}"


def lines_of(values: Sequence[Any]) -> list[str]:
    """Every line that is shown, once, in order, without the markers of conflicts."""
    lines = (line for value in values if isinstance(value, str) for line in value.split("\n"))
    return list(dict.fromkeys(line for line in lines if not line.startswith(MARKERS)))


def changed(lines: Sequence[str], new: str, random: Random) -> list[str]:
    """The lines with a new one among them, in the place of an old one or beside it."""
    text = list(lines)
    place = random.randrange(len(text) + 1)
    replaces = len(text) > 1 and (len(text) >= LONGEST or random.random() < HALF)
    text[place : place + replaces] = [new]
    return text


HALF = 0.5
