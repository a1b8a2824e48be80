"""Looks at a simulated cluster all the time, and keeps every look that differs from the one before.

Looking takes no simulated time and changes nothing: it sends no message and draws no random number, so a
filmed run is the same as one that nobody films. Every 20 milliseconds is often enough for what moves all the
time, and it also looks whenever a node logs something.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from chaos.page.simulated.cluster import FilmedCluster
from chaos.page.values import words

LOOK_S = 0.02


@dataclass(frozen=True)
class Look:
    """What was found at that moment, and which data differed from the look before."""

    at_ms: float
    found: Mapping[str, Any]


@dataclass(frozen=True)
class Held:
    """From that moment on `node` holds this under `key`, in words."""

    at_ms: float
    node: str
    key: str
    words: str


class Camera:
    """Films `cluster` from `begin` to `end`."""

    def __init__(self, cluster: FilmedCluster) -> None:
        self.looks: list[Look] = []
        self.held: list[Held] = []
        self._cluster = cluster
        self._known: dict[str, dict[str, Any]] = {}  # what each replica holds
        self._places: dict[str, tuple[Any, ...]] = {}  # and how far it was then
        self._elapsed_ns: Callable[[], int] = lambda: 0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._is_due = False

    def begin(self, elapsed_ns: Callable[[], int]) -> None:
        """The run begins now."""
        self._elapsed_ns, self._loop = elapsed_ns, asyncio.get_running_loop()
        self._cluster.listen(self.look_soon)
        self._follow()

    def end(self) -> None:
        """It is over."""
        self._loop = None

    @property
    def now_ms(self) -> float:
        """Milliseconds since the run began."""
        return round(self._elapsed_ns() / 1e6, 3)

    def look(self) -> None:
        """Keep what there is to see, if it is new."""
        self._is_due = False
        if self._loop is None:
            return
        found = self._cluster.found()
        if not self.looks or found != self.looks[-1].found:
            self.looks.append(Look(self.now_ms, found))
            for account in found["nodes"]:
                if account["node"] in self._cluster.with_data:
                    self._look_into(account)

    def _follow(self) -> None:
        if self._loop is not None:
            self.look()
            self._loop.call_later(LOOK_S, self._follow)

    def look_soon(self) -> None:
        """A node logs in the middle of its work: look when it has done it."""
        if self._loop is not None and not self._is_due:
            self._is_due = True
            self._loop.call_soon(self.look)

    def _look_into(self, account: Mapping[str, Any]) -> None:
        """Read a node only if something has moved, because it may hold much."""
        node = account["node"]
        place = tuple(account.get(name) for name in ("process", "mark", "position", "origins"))
        if place == self._places.get(node):
            return
        self._places[node] = place
        held = self._cluster.held(node)
        if held is None:
            return
        before, now = self._known.get(node, {}), _by_key(held)
        for key in (*now, *(key for key in before if key not in now)):
            if before.get(key) != now.get(key):
                self.held.append(Held(self.now_ms, node, key, words(held, key)))
        self._known[node] = now


def _by_key(held: Mapping[str, Any]) -> dict[str, Any]:
    return {**held["registers"], **held["sets"], **held["siblings"]}
