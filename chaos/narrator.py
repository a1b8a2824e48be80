"""Tells whoever watches what happens, as it happens: one line a happening, with the seconds of the run."""

import asyncio
from collections.abc import AsyncIterator, Callable
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


class Narrator:
    """Tells what the run does and, in between, what stands out in the nodes' logs since `began_s`.

    The nodes' lines are looked at before each happening is told, so that causes come before effects.
    """

    def __init__(
        self, cluster: Cluster, tell_at: TellAt, began_s: float, elapsed_ns: Callable[[], int]
    ) -> None:
        self._cluster, self._tell_at = cluster, tell_at
        self._began_s, self._elapsed_ns = began_s, elapsed_ns
        self._told: set[tuple[float, str, str]] = set()

    def tell(self, text: str, tone: Tone) -> None:
        """Something happens now."""
        self.tell_news()
        self._tell_at(self._elapsed_ns() / 1e9, text, tone)

    def tell_news(self) -> None:
        """The lines that are new and stand out."""
        for event in self._cluster.events():
            identity = (event.time_s, event.node, event.event)
            if is_notable(event.event) and event.time_s >= self._began_s and identity not in self._told:
                self._told.add(identity)
                self._tell_at(event.time_s - self._began_s, in_words(event), "node")

    @asynccontextmanager
    async def following(self, clock: Clock) -> AsyncIterator[None]:
        """Look at the nodes' logs now and again while the block runs, and once more after it."""
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
