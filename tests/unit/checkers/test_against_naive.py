"""Each checker against the literal definition, on small random histories with pending operations."""

from collections.abc import Callable
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chaos.checkers import run_checker
from chaos.checkers._passing import UNTESTED
from chaos.history import History
from tests.unit.checkers import naive, naive_sets, naive_transactions, transactions
from tests.unit.checkers.random_histories import histories

few = settings(max_examples=300, deadline=None)
many = settings(max_examples=20_000, deadline=None, suppress_health_check=list(HealthCheck))


READ, CHANGE, ADD = ("read",), ("write", "delete", "add"), ("add",)


class Case(NamedTuple):
    """How often a checker must find its anomaly; `reason`: it may not know, in these words, where it is 0.

    `kinds` are what must have succeeded before it may pass.
    """

    checker: str
    histories: st.SearchStrategy[History]
    count: Callable[[History], int]
    kinds: tuple[tuple[str, ...], ...] = (CHANGE,)
    reason: str = ""

    def is_tested(self, history: History) -> bool:
        """Did each kind of operation succeed once?"""
        done = {operation.f for operation in history.client_operations if operation.outcome == "ok"}
        return all(done.intersection(kind) for kind in self.kinds)


registers = histories(("write", "write", "delete", "read"))
sets = histories(("add", "add", "delete", "read"))
growing_sets = histories(("add", "add", "read", "read"))
seen_registers = histories(("write", "write", "read", "read", "delete"))
seen_sets = histories(("add", "add", "read", "read", "delete"))
lists = transactions.histories()
FROM_NOWHERE = "shows what nobody had written by then"
CASES = (
    Case("lost-write", registers, naive.lost_registers),
    Case("lost-write", sets, naive.lost_elements),
    Case("stale-read", registers, naive.stale_reads, (READ, CHANGE), "so its age cannot be told"),
    Case("stale-read", sets, naive.stale_sets, (READ, CHANGE)),
    Case("split-brain", histories(("write",)), naive.split_brains),
    Case("split-brain", histories(("write",), partitioned=True), naive.split_brains),
    Case("diverged-replicas", registers, naive.diverged_registers),
    Case("diverged-replicas", sets, naive.diverged_sets),
    Case("stale-replica", registers, naive.stale_replicas, reason=" under x, which "),
    Case("stale-replica", sets, naive.stale_set_replicas),
    Case("set-full", growing_sets, naive_sets.lost, (READ, ADD), "no element was read for certain"),
    Case("dirty-read", seen_registers, naive.dirty_registers, (READ, CHANGE), FROM_NOWHERE),
    Case("dirty-read", seen_sets, naive.dirty_elements, (READ, CHANGE), FROM_NOWHERE),
    Case("dirty-read", lists, naive_transactions.dirty_reads, (), "which nobody appended"),
    Case("half-transaction-seen", lists, naive_transactions.halves, (), "which nobody appended"),
)
cases = pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.checker}-{case.count.__name__}")


def agrees(case: Case, history: History) -> None:
    finding, count = run_checker(case.checker, history), case.count(history)
    if UNTESTED in finding.reason:
        assert not case.is_tested(history) or case.histories is lists, finding
        assert not count
    elif finding.found is None:
        assert case.reason and case.reason in finding.reason, finding
        assert not count
    else:
        assert (finding.found, finding.count) == (count > 0, count), finding
        assert finding.found or case.is_tested(history)


@cases
@few
@given(data=st.data())
def test_definition(case: Case, data: st.DataObject) -> None:
    agrees(case, data.draw(case.histories))


@pytest.mark.long
@pytest.mark.timeout(3600)
@cases
@many
@given(data=st.data())
def test_definition_long(case: Case, data: st.DataObject) -> None:
    agrees(case, data.draw(case.histories))


@few
@given(growing_sets)
def test_the_fates_of_elements(history: History) -> None:
    fates = naive_sets.fates(history)
    finding = run_checker("set-full", history)
    assert {name: finding.measures[name] for name in fates} == fates
