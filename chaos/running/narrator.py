"""Tells the person who watches what happens, as it happens: one line each, with the seconds of the run."""

import asyncio
import math
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager
from typing import Literal, TypeAlias

from chaos.cluster import Cluster, Event
from services.logline import MARK, LogLine, as_text, is_notable
from services.ports import Clock

NEWS_S = 0.1
LONGEST_LINE = 240  # a traceback is in events.jsonl in full

Tone: TypeAlias = Literal["plain", "fault", "node"]
Tell: TypeAlias = Callable[[str, Tone], None]
TellAt: TypeAlias = Callable[[float, str, Tone], None]  # with the second of the run


class Story:
    """Which of the log events were told already."""

    def __init__(self) -> None:
        self._told: Counter[tuple[float, str, str]] = Counter()

    def news(self, events: Iterable[Event], until_s: float = math.inf) -> Iterator[Event]:
        """The new ones among all events up to that time, in order; a repeated line counts as two."""
        seen: Counter[tuple[float, str, str]] = Counter()
        for event in sorted(events, key=lambda event: event.time_s):
            identity = (event.time_s, event.node, event.event)
            seen[identity] += 1
            if event.time_s <= until_s and seen[identity] > self._told[identity]:
                self._told[identity] += 1
                yield event


class Narrator:
    """Tells what the run does and, in between, what stands out in the nodes' logs since `began_s`.

    It reads the nodes' lines before it tells anything, so that causes come before effects. If nobody listens
    (`tell_at` is None) it does nothing.
    """

    def __init__(
        self, cluster: Cluster, tell_at: TellAt | None, began_s: float, elapsed_ns: Callable[[], int]
    ) -> None:
        self._cluster, self._tell_at = cluster, tell_at
        self._began_s, self._elapsed_ns = began_s, elapsed_ns
        self._story = Story()

    def tell(self, text: str, tone: Tone) -> None:
        """Tell what happens now; what is done to the cluster goes into its own logs, too."""
        if tone == "fault":
            self._cluster.tell(text)
        if self._tell_at is not None:
            self.tell_news()
            self._tell_at(self._elapsed_ns() / 1e9, text, tone)

    def tell_news(self) -> None:
        """Tell the new lines that stand out."""
        if self._tell_at is None:
            return
        stands_out = (
            event
            for event in self._cluster.events()
            if is_notable(event.event) and event.time_s >= self._began_s
        )
        for event in self._story.news(stands_out):
            self._tell_at(event.time_s - self._began_s, in_words(event), "node")

    @asynccontextmanager
    async def following(self, clock: Clock) -> AsyncIterator[None]:
        """Look at the nodes' logs now and again while the block runs, and once more after it."""
        if self._tell_at is None:
            yield
            return
        follower = asyncio.create_task(self._follow(clock))
        try:
            yield
        finally:
            follower.cancel()
            await asyncio.gather(follower, return_exceptions=True)
            self.tell_news()

    async def _follow(self, clock: Clock) -> None:
        while True:
            self.tell_news()
            await clock.sleep(NEWS_S)


def in_words(event: Event) -> str:
    """`n2 promoted role=leader epoch=2 …`, as in the node's own log."""
    text = as_text(LogLine(None, event.node, event.event, event.fields)).removesuffix(MARK)
    return text if len(text) <= LONGEST_LINE else f"{text[:LONGEST_LINE]}…"
