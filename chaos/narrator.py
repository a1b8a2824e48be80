"""Tells whoever watches what happens, as it happens: one line a happening, with the seconds of the run."""

from collections.abc import Callable, Iterator, Sequence
from typing import Literal, TypeAlias

from chaos.cluster import Event
from services.logline import MARK, LogLine, as_text, is_notable

Tone: TypeAlias = Literal["plain", "fault", "node"]
Tell: TypeAlias = Callable[[str, Tone], None]
TellAt: TypeAlias = Callable[[float, str, Tone], None]  # with the second of the run


class Newsreader:
    """Picks from a growing, re-sorted log of all nodes the lines that stand out and are new."""

    def __init__(self, since_s: float) -> None:
        self._since_s = since_s
        self._told: set[tuple[float, str, str]] = set()

    def news(self, events: Sequence[Event]) -> Iterator[Event]:
        """Those of `events` that stand out, happened after `since_s`, and were not returned before."""
        for event in events:
            identity = (event.time_s, event.node, event.event)
            if is_notable(event.event) and event.time_s >= self._since_s and identity not in self._told:
                self._told.add(identity)
                yield event


def in_words(event: Event) -> str:
    """`n2 promoted role=leader epoch=2 …`, as in the node's own log."""
    return as_text(LogLine(None, event.node, event.event, event.fields)).removesuffix(MARK)
