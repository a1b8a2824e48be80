"""Causal consistency, memory and convergence against every order of the writes, on small random histories."""

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chaos.checkers import run_checker
from chaos.checkers._passing import UNTESTED
from chaos.history import Event, History
from tests.unit.checkers.naive_causal import Causal
from tests.unit.checkers.sessions import histories

few = settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
many = settings(max_examples=10_000, deadline=None, suppress_health_check=list(HealthCheck))
NAMES = ("causality", "causal-memory", "causal-convergence")
stories = histories(("write", "write", "read", "read", "read"), keys="xy", least=5, most=11)
one_key = histories(("write", "read", "read", "read"), keys="x", least=5, most=11)
with_deletes = histories(("write", "write", "read", "read", "read", "delete"), keys="x", least=5, most=9)


@st.composite
def disputes(draw: st.DrawFn) -> History:
    """Two or three writes by processes that know nothing of each other; then two read them, as they like."""
    events: list[Event] = []

    def operate(process: int, f: str, key: str, value: int | None) -> None:
        asked = value if f == "write" else None
        for type_, told in (("invoke", asked), ("ok", value)):
            at = len(events)
            fields = {"process": process, "f": f, "key": key, "node": "n1", "epoch": 1}
            events.append(
                msgspec.convert({"index": at, "time": at, "type": type_, "value": told, **fields}, Event)
            )

    written: dict[str, list[int | None]] = {"x": [None], "y": [None]}
    for number in range(draw(st.integers(2, 3))):
        key = draw(st.sampled_from("xxy"))
        operate(number % 3, "write", key, number + 1)
        written[key].append(number + 1)
    for _ in range(draw(st.integers(3, 7))):
        key = draw(st.sampled_from("xxy"))
        operate(draw(st.integers(2, 4)), "read", key, draw(st.sampled_from(written[key])))
    return History.of(events)


def holds(name: str, history: History) -> bool:
    causal = Causal(history)
    judges = {"causal-memory": causal.is_memory, "causal-convergence": causal.is_convergent}
    return judges.get(name, causal.is_consistent)()


def agrees(name: str, history: History) -> None:
    finding = run_checker(name, history)
    if finding.found is None:
        assert UNTESTED in finding.reason
    else:
        assert finding.found is not holds(name, history), finding


def test_the_last_read_returns_a_write_that_began_after_it() -> None:
    """What that write's author knew belongs to the past of the read, too."""
    events = [
        *(told(0, "write", 1), told(0, "write", 1, "ok"), told(1, "read"), told(1, "read", 1, "ok")),
        *(told(1, "read"), told(2, "write", 2), told(0, "write", 3), told(2, "write", 2, "ok")),
        *(told(0, "write", 3, "ok"), told(1, "read", 2, "ok")),
    ]
    history = History.of([msgspec.structs.replace(each, index=at, time=at) for at, each in enumerate(events)])
    for name in NAMES:
        agrees(name, history)


def told(process: int, f: str, value: int | None = None, type_: str = "invoke") -> Event:
    fields = {"process": process, "f": f, "key": "x", "value": value, "type": type_, "node": "n1", "epoch": 1}
    return msgspec.convert({"index": 0, "time": 0, **fields}, Event)


@few
@given(stories)
@pytest.mark.parametrize("name", NAMES)
def test_two_keys(name: str, history: History) -> None:
    agrees(name, history)


@few
@given(one_key)
@pytest.mark.parametrize("name", NAMES)
def test_one_key(name: str, history: History) -> None:
    agrees(name, history)


@few
@given(disputes())
@pytest.mark.parametrize("name", NAMES)
def test_disputes(name: str, history: History) -> None:
    agrees(name, history)


@few
@given(with_deletes)
@pytest.mark.parametrize("name", NAMES)
def test_no_false_alarm_where_somebody_deletes(name: str, history: History) -> None:
    assert not run_checker(name, history).found or not holds(name, history)


@pytest.mark.long
@pytest.mark.timeout(3600)
@many
@given(stories)
@pytest.mark.parametrize("name", NAMES)
def test_two_keys_long(name: str, history: History) -> None:
    agrees(name, history)


@pytest.mark.long
@pytest.mark.timeout(3600)
@many
@given(one_key)
@pytest.mark.parametrize("name", NAMES)
def test_one_key_long(name: str, history: History) -> None:
    agrees(name, history)
