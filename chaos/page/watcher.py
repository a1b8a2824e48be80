"""One look at the cluster for all pages, however many there are, and none while nobody watches.

A page is sent what is newest when it can take it: a slow one misses pictures, and holds up nobody.
"""

import asyncio
from collections import Counter, deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any, TypeAlias

import msgspec

from chaos.by_hand.looking import look
from chaos.cluster import Cluster, ClusterError
from chaos.page.drawn import picture
from chaos.page.lines import Line, Lines
from chaos.page.seen import Seen, seen_in
from chaos.page.traffic import Counts, counted, moved
from chaos.page.values import values
from chaos.running.narrator import Story
from chaos.runtimes import playground
from chaos.runtimes.state import faults_file
from services.adapters.clock import SystemClock

Find: TypeAlias = Callable[[], AbstractAsyncContextManager[Cluster]]
Tell: TypeAlias = Callable[[str, Any], Awaitable[None]]  # every page, as `Watcher.tell`

PAUSE_S = 0.4  # between two looks
REST = 4  # looking may take a fifth of the time, no more: on a slow machine one looks less often
AGAIN_S = 1.0  # where nothing is up
PATIENCE_S = 0.3  # lines of that age are all here, so that they can be put in order
TRAFFIC = "traffic"  # the event that says what moved since the look before
KEPT = 400  # lines for a page that has just been opened


class Watcher:
    """What there is to see, and whoever wants to see it. `watch` must run beside it."""

    def __init__(self, find: Find = playground.cluster_that_is_up) -> None:
        self._find = find
        self._shown: dict[str, Any] = {}
        self._beside: dict[str, Any] = {}  # what goes on beside the looks, by the name of its event
        self._lines: deque[tuple[int, Line]] = deque(maxlen=KEPT)
        self._number = 0
        self._story, self._words, self._of = Story(), Lines(), ""  # which cluster it is of
        self._news = asyncio.Condition()
        self._wanted = asyncio.Event()
        self._now = asyncio.Event()
        self._keys: Counter[str] = Counter()  # which pages want to know of
        self.pages = 0
        self.seen: Seen | None = None  # the newest look

    def look_now(self) -> None:
        """Something was done: do not wait for the next look."""
        self._now.set()

    async def tell(self, event: str, document: Any) -> None:
        """Every page is sent the newest `document` of that name; one that is opened later, too."""
        async with self._news:
            self._beside = {**self._beside, event: document}
            self._news.notify_all()

    async def changes(self, key: str = "") -> AsyncGenerator[tuple[str, Any], None]:
        """For one page: what is to be seen, now and whenever it changes, and each line of the log.

        With a `key`, what each replica holds under it is looked at, too.
        """
        seen: dict[str, Any] = {}
        beside: dict[str, Any] = {}
        told = 0
        self.pages += 1
        self._keys.update(filter(None, [key]))
        self._wanted.set()
        self.look_now()
        try:
            while True:
                async with self._news:
                    while self._shown == seen and self._number == told and self._beside == beside:
                        await self._news.wait()
                    shown, lines = self._shown, [each for number, each in self._lines if number > told]
                    told = self._number
                    news = {name: each for name, each in self._beside.items() if each != beside.get(name)}
                    beside = self._beside
                if shown != seen:
                    seen = shown
                    yield "picture", shown
                if lines:
                    yield "lines", msgspec.to_builtins(lines)
                for name, document in news.items():
                    yield name, document
        finally:
            self.pages -= 1
            self._keys -= Counter(filter(None, [key]))
            if not self.pages:
                self._wanted.clear()

    async def watch(self) -> None:
        """Look at the cluster that is up again and again while there is a page, until cancelled."""
        while True:
            await self._wanted.wait()
            try:
                async with self._find() as cluster:
                    await self._follow(cluster)
            except ClusterError as error:
                await self._publish({"gone": str(error)}, [])
                await asyncio.sleep(AGAIN_S)

    async def _follow(self, cluster: Cluster) -> None:
        loop, faults = asyncio.get_running_loop(), faults_file()
        if cluster.name != self._of:
            self._story, self._words, self._of = Story(), Lines(), cluster.name
            self._lines.clear()
        settings: Mapping[str, Any] = {}
        sent: Counts = {}
        while self._wanted.is_set():
            self._now.clear()
            began = loop.time()
            seen = seen_in(cluster, await look(cluster), settings)
            settings, self.seen = seen.settings, seen
            until_s = SystemClock().wall() - PATIENCE_S
            news = self._story.news([*cluster.events(), *faults.events()], until_s)
            shown = {
                "picture": msgspec.to_builtins(picture(seen)),
                "values": await self._values(cluster, seen),
            }
            await self._publish(shown, [self._words.line(each) for each in news])
            await self.tell(TRAFFIC, msgspec.to_builtins(moved(seen, sent)))
            sent = counted(seen)
            await self._pause(max(PAUSE_S, REST * (loop.time() - began)))

    async def _values(self, cluster: Cluster, seen: Seen) -> Mapping[str, Mapping[str, str]]:
        there = [each["node"] for each in seen.running if each["node"] in (*seen.replicas, *seen.devices)]
        return await values(cluster, there, self._keys.keys())

    async def _pause(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._now.wait()
        except TimeoutError:
            return

    async def _publish(self, shown: dict[str, Any], lines: list[Line]) -> None:
        async with self._news:
            self._shown = shown
            for each in lines:
                self._number += 1
                self._lines.append((self._number, each))
            self._news.notify_all()
