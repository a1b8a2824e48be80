"""The longest order of a register's operations: it is one, and nothing gets past the operation at its end."""

from itertools import combinations

import pytest
from hypothesis import given, settings
from msgspec.structs import replace

from chaos.checkers._keys import UnreadableError, keys_of
from chaos.checkers._orders import DeadEnd, dead_end, longest_order
from chaos.checkers._search import Budget
from chaos.history import History, Operation
from tests.unit.checkers import naive
from tests.unit.checkers.sessions import histories
from tests.unit.checkers.test_known_histories import load
from tests.unit.checkers.test_linearizable import explained, legal

few = settings(max_examples=300, deadline=None)


def agrees(history: History) -> None:
    """Compare with every order that there is."""
    found = None
    for of_key in keys_of(history):
        found = longest_order(of_key, Budget(100_000))
        assert (found is None) is explained(history)
    if found is not None:
        is_an_order(found, history)
        ends_there(found, history)


def is_an_order(found: DeadEnd, history: History) -> None:
    """It is legal, turns no time around, and has all that was answered before."""
    order, stop = found.order, found.stop
    assert legal(order)
    assert not any(later.precedes(one) for one, later in combinations(order, 2))
    indexes = {one.index for one in order}
    assert len(indexes) == len(order)
    assert stop.index not in indexes
    assert all(one.outcome != "fail" and one.index < stop.end for one in order)
    judged = [one for one in history.client_operations if one.outcome == "ok"]
    assert {one.index for one in judged if one.end < stop.end} <= indexes


def ends_there(found: DeadEnd, history: History) -> None:
    """No order has all that was answered until then, whatever else that had begun is taken with it."""
    until = found.stop.end
    begun = [one for one in history.client_operations if one.outcome != "fail" and one.index < until]
    changes = [one for one in begun if one.end <= until or one.f != "read"]
    assert not any(legal(order) for order in naive.orders([as_of(until, one) for one in changes]))


def as_of(until: float, operation: Operation) -> Operation:
    """What was not answered yet was in doubt."""
    return operation if operation.end <= until else replace(operation, outcome="info", completed_index=None)


@few
@given(histories(("write", "write", "read")))
def test_unique_values(history: History) -> None:
    agrees(history)


@few
@given(histories(("write", "read", "cas", "delete"), fresh=False))
def test_repeated_values_and_compare_and_set(history: History) -> None:
    agrees(history)


def test_the_stop_and_what_the_register_can_be_are_named() -> None:
    found = dead_end(load("linearizable/found-old-value-returns"), "x")
    assert found is not None
    assert found.stop.f == "read"
    assert found.stop.value not in found.states
    assert [one.f for one in found.order].count("write") == 2


@pytest.mark.parametrize(
    ("name", "key", "why"),
    [
        ("linearizable/unknown-siblings", "x", "several values"),
        ("linearizable/not-found-beside-a-set", "s", "no register"),
        ("linearizable/found-old-value-returns", "nowhere", "no register"),
    ],
)
def test_what_is_no_register_is_not_put_in_order(name: str, key: str, why: str) -> None:
    with pytest.raises(UnreadableError, match=why):
        dead_end(load(name), key)


def test_a_search_that_takes_too_long_is_given_up() -> None:
    with pytest.raises(UnreadableError, match="took too long"):
        dead_end(load("linearizable/found-two-compare-and-sets-win"), "x", budget=1)
