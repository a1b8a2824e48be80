"""Zones and search against every order there is; what they say of hard and of malformed histories."""

from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings

from chaos.checkers import linearizable
from chaos.checkers._passing import UNTESTED
from chaos.history import Event, History, Operation
from tests.unit.checkers import naive
from tests.unit.checkers.sessions import histories
from tests.unit.checkers.test_known_histories import load

few = settings(max_examples=300, deadline=None)
many = settings(max_examples=20_000, deadline=None, suppress_health_check=list(HealthCheck))


def legal(order: Sequence[Operation]) -> bool:
    """Does one register do all this, one after the other?"""
    state = None
    for operation in order:
        match operation.f:
            case "read":
                if operation.value != state:
                    return False
            case "cas":
                expected, new = operation.value
                if expected != state:
                    return False
                state = new
            case _:
                state = naive.apply(state, operation)
    return True


def explained(history: History) -> bool:
    """By brute force, for one key."""
    of_key = [op for op in history.client_operations if op.outcome != "fail"]
    return any(legal(order) for order in naive.orders(of_key))


def agrees(history: History) -> None:
    finding = linearizable.check(history)
    done = {op.f for op in history.client_operations if op.outcome == "ok"}
    if explained(history) and not (done & {"read", "cas"} and done - {"read"}):
        assert UNTESTED in finding.reason
    else:
        assert finding.found is not explained(history), finding


registers = histories(("write", "write", "read"))
everything = histories(("write", "read", "cas", "delete"), fresh=False)


@few
@given(registers)
def test_unique_values(history: History) -> None:
    agrees(history)


@few
@given(everything)
def test_repeated_values_and_compare_and_set(history: History) -> None:
    agrees(history)


@pytest.mark.long
@pytest.mark.timeout(3600)
@many
@given(registers)
def test_unique_values_long(history: History) -> None:
    agrees(history)


@pytest.mark.long
@pytest.mark.timeout(3600)
@many
@given(everything)
def test_repeated_values_and_compare_and_set_long(history: History) -> None:
    agrees(history)


@pytest.mark.parametrize("budget", [0, 1])
def test_a_search_that_takes_too_long_is_unknown(budget: int) -> None:
    finding = linearizable.check(load("linearizable/found-two-compare-and-sets-win"), budget=budget)
    assert finding.found is None
    assert "the search for an order that explains x took too long" in finding.reason


def test_a_dull_search_of_one_long_key_is_quick() -> None:
    """Each process repeats the same few values; every configuration has one successor."""
    events: list[Event] = []
    for number in range(5000):
        for f, value in (("write", number % 3), ("read", number % 3)):
            for type_ in ("invoke", "ok"):
                at = len(events)
                events.append(Event(index=at, time=at, type=type_, process=0, f=f, key="x", value=value))
    assert linearizable.check(History.of(events), budget=10_001).found is False
