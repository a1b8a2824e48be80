"""Small random histories of transactions on lists, some of them failed, in doubt or open for ever."""

from typing import Any

from hypothesis import strategies as st

from chaos.history import Event, History

LISTS = ("a", "b")
OUTCOMES = ("ok", "ok", "ok", "fail", "info", "open")


@st.composite
def histories(draw: st.DrawFn) -> History:
    """Three to five transactions of up to four steps; what they read was appended, or rarely by nobody."""
    asked: list[list[list[Any]]] = draw(st.lists(_steps(), min_size=3, max_size=5))
    appended = _numbered(asked)
    events: list[dict[str, Any]] = []
    running: list[int] = []
    for number, micros in enumerate(asked):
        events.append(_event("invoke", number, micros))
        running.append(number)
        while len(running) > 0 and draw(st.booleans()):
            events += _end(draw, running.pop(draw(st.integers(0, len(running) - 1))), asked, appended)
    for number in running:
        events += _end(draw, number, asked, appended)
    return History.of(Event(index=at, time=at, **fields) for at, fields in enumerate(events))


def _steps() -> st.SearchStrategy[list[list[Any]]]:
    step = st.tuples(st.sampled_from(("r", "append")), st.sampled_from(LISTS))
    return st.lists(step.map(lambda pair: [*pair, None]), min_size=1, max_size=4)


def _numbered(asked: list[list[list[Any]]]) -> dict[str, list[int]]:
    """Give each append an element of its own; returns all of each list."""
    appended: dict[str, list[int]] = {key: [] for key in LISTS}
    for micro in (micro for micros in asked for micro in micros if micro[0] == "append"):
        micro[2] = len(appended[micro[1]]) + 1
        appended[micro[1]].append(micro[2])
    return appended


def _end(
    draw: st.DrawFn, number: int, asked: list[list[list[Any]]], appended: dict[str, list[int]]
) -> list[dict[str, Any]]:
    outcome = draw(st.sampled_from(OUTCOMES))
    if outcome == "open":
        return []
    answers = (
        [_answer(draw, micro, appended) for micro in asked[number]] if outcome == "ok" else asked[number]
    )
    return [_event(outcome, number, answers)]


def _answer(draw: st.DrawFn, micro: list[Any], appended: dict[str, list[int]]) -> list[Any]:
    f, key, value = micro
    if f == "append":
        return [f, key, value]
    candidates = [*appended[key], *([99] if draw(st.integers(0, 29)) == 0 else [])]
    if not candidates:
        return [f, key, draw(st.sampled_from(([], None)))]
    return [f, key, draw(st.lists(st.sampled_from(candidates), unique=True))]


def _event(type_: str, process: int, micros: list[list[Any]]) -> dict[str, Any]:
    return {"type": type_, "process": process, "f": "txn", "value": micros}
