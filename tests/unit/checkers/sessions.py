"""Small random histories of a few sessions: keys, repeated values, compare-and-set, pending operations."""

from typing import Any

from hypothesis import strategies as st

from chaos.history import Event, History

PROCESSES = 3
NODES = ("n1", "n2")
OUTCOMES = (*("ok",) * 9, "fail", "info", "open")


@st.composite
def histories(
    draw: st.DrawFn, fs: tuple[str, ...], keys: str = "x", fresh: bool = True, least: int = 2, most: int = 6
) -> History:
    """`least` to `most` operations `fs` on `keys` by three processes; `fresh`: no value is written twice."""
    story = _Story(draw, fs, keys, fresh)
    for _ in range(draw(st.integers(least, most))):
        while story.open and (not story.idle or draw(st.booleans())):
            story.complete()
        if story.idle:
            story.invoke()
    while story.open:
        story.complete()
    return History.of(story.events)


class _Story:
    """Builds a history event by event; time is the index."""

    def __init__(self, draw: st.DrawFn, fs: tuple[str, ...], keys: str, fresh: bool) -> None:
        self.draw, self.fs, self.keys, self.fresh = draw, fs, keys, fresh
        self.events: list[Event] = []
        self.open: dict[int, Event] = {}
        self.idle = list(range(PROCESSES))
        self.written = dict.fromkeys(keys, 0)

    def invoke(self) -> None:
        process = self.draw(st.sampled_from(self.idle))
        f, key = self.draw(st.sampled_from(self.fs)), self.draw(st.sampled_from(self.keys))
        self.idle.remove(process)
        self.open[process] = self.event("invoke", process, f, key, self.asked(f, key))

    def asked(self, f: str, key: str) -> Any:
        if f in ("read", "delete"):
            return None
        expected = self.seen(key) if f == "cas" else None
        self.written[key] += 1
        new = self.written[key] if self.fresh else self.draw(st.integers(1, 2))
        return [expected, new] if f == "cas" else new

    def seen(self, key: str) -> Any:
        last = self.written[key]
        return self.draw(st.one_of(st.integers(1, last), st.none()) if last else st.none())

    def complete(self) -> None:
        """One of the open operations ends, or stays open for ever."""
        begun = self.open.pop(self.draw(st.sampled_from(sorted(self.open))))
        process, f, key = int(begun.process), begun.f, str(begun.key)
        outcome = self.draw(st.sampled_from(OUTCOMES))
        if outcome == "ok":
            value = self.seen(key) if f == "read" else begun.value
            self.event("ok", process, f, key, value, node=self.draw(st.sampled_from(NODES)), epoch=1)
        elif outcome != "open":
            self.event(outcome, process, f, key, begun.value, error="some")
        if outcome in ("ok", "fail"):
            self.idle.append(process)

    def event(self, type_: Any, process: int, f: str, key: str, value: Any, **fields: Any) -> Event:
        at = len(self.events)
        made = Event(index=at, time=at, type=type_, process=process, f=f, key=key, value=value, **fields)
        self.events.append(made)
        return made
