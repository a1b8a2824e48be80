"""Authors of a wiki: each reads a page's title and then changes what it read, and many change the same ones.

An edit is knowing: it says which titles its author saw, and means to replace those. A history of such edits
shows which of them was overwritten by somebody who had not seen it, however much later that was.
"""

import itertools
from dataclasses import dataclass, field
from functools import partial
from random import Random

from chaos.workloads.client import Request
from chaos.workloads.traffic import MAX_CLIENTS, Workload


def titles(*, pages: int, clients: int, rate_per_s: float, max_clients: int = MAX_CLIENTS) -> Workload:
    """Every client reads the title of one of `pages` (title0, title1 …), then changes that title."""
    if pages < 1:
        raise ValueError(f"pages must be at least 1, not {pages}")
    return Workload("wiki-titles", partial(_Authors, pages), clients, rate_per_s, max_clients)


@dataclass
class _Authors:
    pages: int
    edits: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))
    reading: dict[int, str] = field(default_factory=dict)  # the page that each client has before its eyes

    def next(self, client: int, random: Random) -> Request:
        page = self.reading.pop(client, None)
        if page is not None:
            return Request("put", page, f"{_author(client)}{next(self.edits)}", knowing=True)
        page = self.reading[client] = f"title{random.randrange(self.pages)}"
        return Request("get", page)


def _author(client: int) -> str:
    """A letter for each of the first ones."""
    return chr(ord("A") + client % 26)
