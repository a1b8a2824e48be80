"""The session guarantees against their definitions, on small random histories."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from chaos.checkers import _pasts, run_checker
from chaos.checkers._passing import UNTESTED
from chaos.history import History, Operation
from tests.unit.checkers.naive_sessions import Story
from tests.unit.checkers.sessions import histories

FOLDER = Path(__file__).parents[2] / "histories"
few = settings(max_examples=150, deadline=None)
many = settings(max_examples=20_000, deadline=None, suppress_health_check=list(HealthCheck))
DEFINITIONS: dict[str, Callable[[Story], Iterator[Operation]]] = {
    "read-your-writes": Story.read_your_writes,
    "non-monotonic-read": partial(Story.monotonic_reads, same_process=True),
    "new-then-old": partial(Story.monotonic_reads, same_process=False),
    "monotonic-write": Story.monotonic_writes,
    "writes-follow-reads": Story.writes_follow_reads,
    "consistent-prefix": Story.prefix,
    "causality": Story.causality,
}
stories = histories(("write", "write", "read", "read", "read", "delete"), keys="xy", least=6, most=12)


def agrees(name: str, history: History) -> None:
    story = Story(history)
    finding = run_checker(name, history)
    expected = story.count(DEFINITIONS[name](story))
    if name == "causality":
        expected += sum(not story.sources(read) for read in story.reads)  # out of thin air
    if UNTESTED in finding.reason:
        assert not story.reads or all(change.outcome != "ok" for change in story.changes)
    elif finding.found is None:
        assert not story.traceable(), finding.reason
    else:
        assert (finding.found, finding.count) == (expected > 0, expected), finding


@few
@given(stories)
@pytest.mark.parametrize("name", DEFINITIONS)
def test_definition(name: str, history: History) -> None:
    agrees(name, history)


@pytest.mark.long
@pytest.mark.timeout(3600)
@many
@given(stories)
@pytest.mark.parametrize("name", DEFINITIONS)
def test_definition_long(name: str, history: History) -> None:
    agrees(name, history)


def test_pasts_that_do_not_fit_into_memory_are_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    history = History.load(FOLDER / "causality" / "found-answer-without-question.jsonl")
    assert run_checker("causality", history).found is True
    monkeypatch.setattr(_pasts, "MOST", 4)
    finding = run_checker("causality", history)
    assert finding.found is None
    assert finding.reason.endswith("writing processes are too many")
