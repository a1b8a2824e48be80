"""Checkers that judge by knowledge, against a store of versions tried out in every order."""

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import convert

from chaos.checkers import run_checker
from chaos.history import Event, History
from tests.unit.checkers import naive_knowledge
from tests.unit.checkers.knowing import registers
from tests.unit.checkers.naive_knowledge import Told

few = settings(max_examples=300, deadline=None)
many = settings(max_examples=20_000, deadline=None, suppress_health_check=list(HealthCheck))

CASES: tuple[tuple[str, st.SearchStrategy[History], Callable[[Told], int]], ...] = (
    ("lost-write", registers(reads=False), naive_knowledge.is_lost),
    ("stale-replica", registers(reads=False), naive_knowledge.stale_replicas),
    ("stale-read", registers(), naive_knowledge.stale_reads),
    ("deleted-item-returns", registers(blind=False, reads=False), naive_knowledge.returned),
)
cases = pytest.mark.parametrize(("checker", "drawn", "count"), CASES, ids=[case[0] for case in CASES])


def agrees(checker: str, history: History, count: Callable[[Told], int]) -> None:
    told = Told(history)
    if not told.is_told or not told.is_traced():
        return
    finding = run_checker(checker, history)
    assert not finding.crashed, finding
    if finding.found is None:
        return
    expected = count(told)
    assert finding.found == (expected > 0), (finding, expected)
    assert checker == "lost-write" or finding.count == expected, (finding, expected)


@cases
@few
@given(data=st.data())
def test_definition(
    checker: str, drawn: st.SearchStrategy[History], count: Callable[[Told], int], data: st.DataObject
) -> None:
    agrees(checker, data.draw(drawn), count)


def test_of_many_conflicts_those_between_leaders_are_told_first() -> None:
    """Two clients of one leader that ignore each other conflict, too, but that is not what one looks for."""
    events: list[Event] = []
    for process, (value, node) in enumerate((("A", "n2"), ("B", "n2"), ("C", "n1"))):
        for type_, more in (("invoke", {"saw": []}), ("ok", {"node": node})):
            known = {"index": len(events), "time": len(events), "type": type_, "process": process}
            events.append(convert({**known, "f": "write", "key": "x", "value": value, **more}, Event))
    finding = run_checker("conflict", History.of(events))
    assert [witness.ops for witness in finding.witnesses] == [(0, 1, 4, 5), (2, 3, 4, 5), (0, 1, 2, 3)]


@pytest.mark.long
@pytest.mark.timeout(3600)
@cases
@many
@given(data=st.data())
def test_definition_long(
    checker: str, drawn: st.SearchStrategy[History], count: Callable[[Told], int], data: st.DataObject
) -> None:
    agrees(checker, data.draw(drawn), count)
