"""Causal consistency, memory and convergence against every order of the writes, on small random histories."""

import pytest
from hypothesis import HealthCheck, given, settings

from chaos.checkers import run_checker
from chaos.checkers._passing import UNTESTED
from chaos.history import History
from tests.unit.checkers.naive_causal import Causal
from tests.unit.checkers.sessions import histories

few = settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
many = settings(max_examples=10_000, deadline=None, suppress_health_check=list(HealthCheck))
NAMES = ("causality", "causal-memory", "causal-convergence")
stories = histories(("write", "write", "read", "read", "read"), keys="xy", least=5, most=11)
one_key = histories(("write", "read", "read", "read"), keys="x", least=5, most=11)
with_deletes = histories(("write", "write", "read", "read", "read", "delete"), keys="x", least=5, most=9)


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
