"""Each checker against the literal definition, on small random histories with pending operations."""

from hypothesis import given, settings

from chaos.checkers import diverged_replicas, lost_write, split_brain, stale_read
from chaos.history import History
from chaos.verdict import Finding
from tests.unit.checkers import naive
from tests.unit.checkers.random_histories import histories

REGISTERS = ("write", "write", "delete", "read")
SETS = ("add", "add", "delete", "read")
often = settings(max_examples=300, deadline=None)


def agrees(finding: Finding, count: int) -> None:
    assert finding.found is (count > 0), finding
    assert finding.count == count, finding


@often
@given(histories(REGISTERS))
def test_lost_register(history: History) -> None:
    agrees(lost_write.check(history), naive.lost_registers(history))


@often
@given(histories(SETS))
def test_lost_element(history: History) -> None:
    agrees(lost_write.check(history), naive.lost_elements(history))


@often
@given(histories(REGISTERS))
def test_stale_register(history: History) -> None:
    finding, stale = stale_read.check(history), naive.stale_reads(history)
    if finding.found is None:
        assert "nobody had written" in finding.reason
        assert not stale
    else:
        agrees(finding, len(stale))


@often
@given(histories(SETS))
def test_stale_set(history: History) -> None:
    agrees(stale_read.check(history), len(naive.stale_sets(history)))


@often
@given(histories(("write",)))
def test_split_brain(history: History) -> None:
    agrees(split_brain.check(history), naive.split_brains(history))


@often
@given(histories(REGISTERS))
def test_diverged(history: History) -> None:
    values = naive.held(history, "x")
    agrees(diverged_replicas.check(history), int(len(set(values)) > 1))
