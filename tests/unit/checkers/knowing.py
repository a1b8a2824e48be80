"""Small random histories of one register: clients say what they know, and the store errs."""

from itertools import combinations
from typing import Any

from hypothesis import strategies as st

from chaos.history import Event, History

MOST = 5
NODES = ("n1", "n2")


class _Story:
    """Builds a history event by event; `known` are the values that somebody may have seen by now."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.open: dict[int, Event] = {}
        self.processes = 0
        self.known: list[Any] = []

    def add(self, type_: Any, process: int, f: str, value: Any, **fields: Any) -> Event:
        index = len(self.events)
        event = Event(
            index=index, time=index, type=type_, process=process, f=f, key="x", value=value, **fields
        )
        self.events.append(event)
        return event

    def invoke(self, f: str, value: Any, saw: list[Any] | None) -> None:
        self.open[self.processes] = self.add("invoke", self.processes, f, value, saw=saw)
        self.processes += 1
        if value is not None:
            self.known.append(value)

    def end(self, process: int, type_: str, value: Any, siblings: list[Any] | None) -> None:
        begun = self.open.pop(process)
        result = value if begun.f == "read" else begun.value
        several = siblings if begun.f == "read" and type_ == "ok" else None
        self.add(type_, process, begun.f, None if several else result, siblings=several)

    def final(self, node: str, value: Any, siblings: list[Any] | None) -> None:
        self.add("invoke", self.processes, "read", None, node=node, final=True)
        self.add("ok", self.processes, "read", value, node=node, final=True, siblings=siblings)
        self.processes += 1


def joined(values: list[str]) -> str:
    """What a server makes of several values, none of them twice."""
    return "/".join(sorted({part for value in values for part in value.split("/")}))


@st.composite
def registers(draw: st.DrawFn, blind: bool = True, reads: bool = True) -> History:
    """Writes, deletes and reads; some writes carry parts of what they saw on; some are blind, if wanted."""
    story, begun = _Story(), 0
    while begun < MOST or story.open:
        if begun < MOST and (not story.open or draw(st.booleans())):
            _begin(draw, story, chr(ord("A") + begun), blind, reads and begun > 0)
            begun += 1
        elif begun == MOST and draw(st.integers(0, 4)) == 0:
            break
        else:
            process = draw(st.sampled_from(sorted(story.open)))
            outcome = draw(st.sampled_from(("ok", "ok", "ok", "info", "fail")))
            story.end(process, outcome, *draw(_found(story)))
    for node in NODES:
        story.final(node, *draw(_found(story)))
    return History.of(story.events)


def _begin(draw: st.DrawFn, story: _Story, name: str, blind: bool, reads: bool) -> None:
    f = draw(st.sampled_from(("write", "write", "write", "delete", *(("read",) if reads else ()))))
    if f == "read":
        return story.invoke(f, None, None)
    if blind and draw(st.integers(0, 3)) == 0:
        return story.invoke(f, name if f == "write" else None, None)
    saw = draw(st.lists(st.sampled_from(story.known), unique=True, max_size=2)) if story.known else []
    if len(saw) == 2 and draw(st.booleans()) and joined(saw) not in story.known:
        saw = [joined(saw)]  # as a server had merged them
    carried = draw(st.sampled_from(saw)).split("/")[:1] if saw and draw(st.integers(0, 2)) == 0 else []
    return story.invoke(f, joined([*carried, name]) if f == "write" else None, saw)


def _found(story: _Story) -> st.SearchStrategy[tuple[Any, list[Any] | None]]:
    """What a store that errs may return: nothing, one value, siblings, or a merged value."""
    choices: list[tuple[Any, list[Any] | None]] = [(None, None), *((value, None) for value in story.known)]
    for pair in combinations(story.known, 2):
        choices.append((None, list(pair)))
        if joined(list(pair)) not in story.known:
            choices.append((joined(list(pair)), None))
    return st.sampled_from(choices)
