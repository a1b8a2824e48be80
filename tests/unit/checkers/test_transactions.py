"""Rings of transactions against every order there is; a last reader sees all lists, so nothing is hidden.

Some transactions are in doubt for ever: they happened, or they did not, and what they read nobody knows.
"""

from itertools import combinations, permutations
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chaos.checkers import transaction_cycle
from chaos.history import Event, History, Operation

LISTS = ("a", "b")


@st.composite
def histories(draw: st.DrawFn) -> History:
    """Two or three transactions at once, each with two steps, and one that reads everything afterwards."""
    appended: dict[str, list[int]] = {key: [] for key in LISTS}
    asked: list[list[list[Any]]] = []
    for _ in range(draw(st.integers(2, 3))):
        steps = draw(st.lists(st.tuples(st.booleans(), st.sampled_from(LISTS)), min_size=2, max_size=2))
        asked.append([step(reads, key, appended) for reads, key in steps])
    ends = [draw(st.sampled_from(("ok", "ok", "info"))) for _ in asked]
    never = [micros for micros, end in zip(asked, ends, strict=True) if end == "info" and draw(st.booleans())]
    for micro in (micro for micros in never for micro in micros if micro[0] == "append"):
        appended[micro[1]].remove(micro[2])
    final = {key: draw(st.permutations(appended[key])) for key in LISTS}
    seen = [[answer(draw, micro, final) for micro in micros] for micros in asked]
    events = [event("invoke", number, micros) for number, micros in enumerate(asked)]
    for number, end in enumerate(ends):
        events.append(event(end, number, seen[number] if end == "ok" else asked[number]))
    last = [["r", key, list(final[key])] for key in LISTS]
    events += [event("invoke", len(asked), last), event("ok", len(asked), last)]
    return History.of(Event(index=at, time=at, **fields) for at, fields in enumerate(events))


def step(reads: bool, key: str, appended: dict[str, list[int]]) -> list[Any]:
    if reads:
        return ["r", key, None]
    appended[key].append(len(appended[key]) + 1)
    return ["append", key, appended[key][-1]]


def answer(draw: st.DrawFn, micro: list[Any], final: dict[str, list[int]]) -> list[Any]:
    f, key, _ = micro
    if f == "append":
        return micro
    return [f, key, list(final[key][: draw(st.integers(0, len(final[key])))])]


def event(type_: str, process: int, micros: list[list[Any]]) -> dict[str, Any]:
    return {"type": type_, "process": process, "f": "txn", "value": micros}


def serial(history: History) -> bool:
    """Some order explains all reads, the last transaction's being the last."""
    *others, last = history.operations
    sure = [operation for operation in others if operation.outcome == "ok"]
    doubtful = [operation for operation in others if operation.outcome == "info"]
    chosen = (some for size in range(len(doubtful) + 1) for some in combinations(doubtful, size))
    return any(explains([*order, last]) for happened in chosen for order in permutations([*sure, *happened]))


def explains(order: list[Operation]) -> bool:
    lists: dict[str, list[int]] = {key: [] for key in LISTS}
    for operation in order:
        for f, key, value in operation.value:
            if f == "append":
                lists[key].append(value)
            elif operation.outcome == "ok" and value != lists[key]:
                return False
    return True


def internal(history: History) -> bool:
    """Does a transaction contradict itself (which no ring tells): by its own appends, or their order?"""
    final = {key: value for _, key, value in history.operations[-1].value}
    for operation in history.operations:
        own: dict[str, list[int]] = {key: [] for key in LISTS}
        every = {(key, value) for f, key, value in operation.value if f == "append"}
        for f, key, value in operation.value:
            if f == "append":
                own[key].append(value)
            elif operation.outcome == "ok" and [one for one in value if (key, one) in every] != own[key]:
                return True
        left = {key: [element for element in final[key] if element in own[key]] for key in LISTS}
        if left != own and (operation.outcome == "ok" or any(left.values())):
            return True
    return False


def agrees(history: History) -> None:
    finding = transaction_cycle.check(history)
    if finding.found or not internal(history):
        assert finding.found is not serial(history), finding


@settings(max_examples=200, deadline=None)
@given(histories())
def test_rings(history: History) -> None:
    agrees(history)


@pytest.mark.long
@pytest.mark.timeout(3600)
@settings(max_examples=20_000, deadline=None, suppress_health_check=list(HealthCheck))
@given(histories())
def test_rings_long(history: History) -> None:
    agrees(history)
