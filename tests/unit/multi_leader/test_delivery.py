"""Which changes a leader takes, whatever the links do: each once, in its origin's order, after its causes."""

from hypothesis import given
from hypothesis import strategies as st

from services.messages import Operation
from services.messages.multi_leader import Change
from services.messages.versions import Stamp
from services.multi_leader.delivery import deliverable
from services.versions import vectors

NODES = ("n1", "n2", "n3")


@st.composite
def exchanges(draw: st.DrawFn) -> list[Change]:
    """Changes as three leaders make them that hear of each other now and then; in the order of time."""
    known: dict[str, dict[str, int]] = {node: {} for node in NODES}
    changes: list[Change] = []
    for _ in range(draw(st.integers(1, 8))):
        origin = draw(st.sampled_from(NODES))
        for other in NODES:
            if other != origin and draw(st.booleans()):  # a leader hears of all that another knows
                known[origin] = vectors.merged(known[origin], known[other])
        after = {node: count for node, count in known[origin].items() if node != origin}
        sequence = known[origin].get(origin, 0) + 1
        known[origin][origin] = sequence
        operation = Operation("put", f"{origin}-{sequence}", sequence)
        changes.append(Change(origin, sequence, operation, Stamp(sequence, origin), 1, "", after))
    return changes


@st.composite
def arrivals(draw: st.DrawFn) -> tuple[list[Change], list[list[Change]]]:
    """The changes, and the batches in which they come: some again, some too early, in any order."""
    changes = draw(exchanges())
    batches = draw(st.lists(st.lists(st.sampled_from(changes), max_size=4), max_size=12))
    return changes, batches


@given(arrivals(), st.booleans())
def test_each_change_is_taken_once_and_in_its_origins_order(
    given: tuple[list[Change], list[list[Change]]], causal: bool
) -> None:
    known: dict[str, int] = {}
    for batch in given[1]:
        for change in deliverable(known, batch, causal=causal):
            assert change.sequence == known.get(change.origin, 0) + 1
            known[change.origin] = change.sequence


@given(arrivals())
def test_no_change_comes_before_what_its_leader_knew(
    given: tuple[list[Change], list[list[Change]]],
) -> None:
    known: dict[str, int] = {}
    for batch in given[1]:
        for change in deliverable(known, batch, causal=True):
            assert vectors.covers(known, change.after)
            known[change.origin] = change.sequence


@given(exchanges())
def test_nothing_waits_for_ever(changes: list[Change]) -> None:
    """However badly they come, offered again and again all are taken."""
    known: dict[str, int] = {}
    for _ in changes:
        for change in reversed(changes):
            for taken in deliverable(known, [change], causal=True):
                known[taken.origin] = taken.sequence
    assert sum(known.values()) == len(changes)


def test_a_transaction_is_taken_whole_or_not_at_all() -> None:
    first, second, third = (
        Change("n1", place, Operation("put", f"x{place}", place), Stamp(1, "n1"), 1, more=3 - place)
        for place in (1, 2, 3)
    )
    assert deliverable({}, [first, second, third], causal=False) == [first, second, third]
    assert deliverable({}, [first, second], causal=False) == []
    assert deliverable({}, [first, third], causal=False) == []
    alone = Change("n2", 1, Operation("put", "y", 1), Stamp(1, "n2"), 1)
    assert deliverable({}, [first, second, alone], causal=False) == [alone]
