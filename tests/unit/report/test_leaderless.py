"""The drawings of a run without a leader: debts, the ring, versions, requests."""

from pathlib import Path

import pytest

from chaos.cluster import Event
from chaos.history import Operation
from chaos.recording.folder import RunFolder
from chaos.report.cast import cast_of
from chaos.report.debts import Debt, debts, line
from chaos.report.lattice import lattice
from chaos.report.leaderless import WithoutLeader, without_leader
from chaos.report.page import NAME
from chaos.report.ring import ring_drawing
from chaos.report.saved import read_again
from services.groups.ring import ring_of
from tests.unit.report.runs import by_hand, simulated


def kept(at_s: float, key: str) -> Event:
    return Event(at_s, "n4", "hint-kept", {"for": "n1", "key": key})


def paid(at_s: float, event: str, count: int) -> Event:
    return Event(at_s, "n4", event, {"to": "n1", "count": count})


def test_a_debt_grows_with_each_key_and_ends_when_it_is_paid() -> None:
    story = [kept(1, "x"), kept(2, "y"), kept(3, "x"), paid(4, "handed-home", 2), kept(5, "z")]
    (debt,) = debts([*story, paid(6, "hints-expired", 1)])
    assert debt == Debt("n4", "n1", ((1, 1), (2, 2), (4, 0), (5, 1), (6, 0)), 3, 2, 1)
    assert debt.most == 2
    assert line(debt, 10.0).startswith("60.0,42.0") and line(debt, 10.0).endswith("700.0,42.0")


@pytest.mark.parametrize("nodes", (("n1",), ("n1", "n2", "n3"), ("n1", "n2", "n3", "n4", "n5")))
def test_the_ring_is_whole_and_shows_the_homes_that_keys_have(nodes: tuple[str, ...]) -> None:
    drawn = ring_drawing(nodes, ["x", "y", "{cart}a"], n=min(3, len(nodes)))
    assert sum(drawn.shares.values()) == pytest.approx(1.0)
    assert [piece.node for piece in drawn.pieces] == list(nodes)
    assert all(0 <= mark.x <= 200 and 0 <= mark.y <= 200 for mark in drawn.marks)
    assert drawn.marks[0].text == f"x: {', '.join(ring_of(nodes).preference('x', min(3, len(nodes))))}"


def test_a_key_lies_just_before_its_first_home() -> None:
    ring = ring_of(("n1", "n2", "n3"))
    places = ring.places()
    for key in map(str, range(200)):
        onwards = [node for place, node in places if place >= ring.place(key)]
        assert (onwards or [places[0][1]])[0] == ring.preference(key, 1)[0]


def write(index: int, value: object, saw: list[object], key: str = "cart") -> Operation:
    return operation(index, "write", key, value, saw, None)


def read(index: int, siblings: list[object]) -> Operation:
    return operation(index, "read", "cart", None, None, siblings)


def operation(
    index: int, f: str, key: str, value: object, saw: list[object] | None, siblings: list[object] | None
) -> Operation:
    return Operation(
        index=index,
        completed_index=index + 1,
        process=0,
        f=f,
        key=key,
        value=value,
        outcome="ok",
        invoked_ns=index,
        returned_ns=index + 1,
        saw=saw,
        siblings=siblings,
    )


def test_arrows_lead_from_what_was_known_and_concurrent_versions_stand_side_by_side() -> None:
    writes = [write(0, "A", []), write(2, "B", ["A"]), write(4, "C", ["A"]), write(6, "D", ["A", "B"])]
    drawn = lattice([*writes, write(8, "E", [], key="other"), read(10, ["C", "D"])])
    assert drawn is not None and (drawn.siblings, drawn.replaced) == (2, 0)
    assert [(one.text, other.text) for one, other in drawn.arrows] == [("A", "B"), ("A", "C"), ("B", "D")]
    assert {node.text for node in drawn.nodes if node.is_sibling} == {"C", "D"}
    at = {node.text: node for node in drawn.nodes}
    assert at["B"].x == at["C"].x and at["B"].y != at["C"].y and at["A"].x < at["B"].x < at["D"].x


def test_siblings_that_somebody_had_replaced_are_counted() -> None:
    drawn = lattice([write(0, "A", []), write(2, "B", ["A"]), write(4, "C", ["B"]), read(6, ["A", "B", "C"])])
    assert drawn is not None and drawn.replaced == 2


def test_siblings_are_drawn_however_many_newer_versions_there_are() -> None:
    chain = [
        write(2 * number, f"v{number}", [f"v{number - 1}"] if number > 1 else []) for number in range(30)
    ]
    drawn = lattice([*chain, read(60, ["v0", "v29"])])
    assert drawn is not None and {node.text for node in drawn.nodes if node.is_sibling} == {"v0", "v29"}
    assert [node.text for node in drawn.nodes] == ["v0", *(f"v{number}" for number in range(7, 30))]


def test_of_a_list_what_is_new_in_it_is_shown() -> None:
    drawn = lattice([write(0, ["milk"], []), write(2, ["milk", "eggs"], [["milk"]]), read(4, ["x", "y"])])
    assert drawn is not None and [node.text for node in drawn.nodes] == ["milk", "eggs"]
    assert lattice([write(0, "A", [])]) is None


@pytest.fixture(scope="module")
def drawings(tmp_path_factory: pytest.TempPathFactory) -> WithoutLeader:
    (folder,) = simulated(tmp_path_factory.mktemp("runs"), "sloppy-quorum:before-handoff")
    assert "Without a leader" in (folder / NAME).read_text(encoding="utf-8")
    saved = read_again(RunFolder(folder))
    drawn = without_leader(saved, cast_of(saved))
    assert drawn is not None
    return drawn


def test_a_request_shows_whom_the_coordinator_asked_and_when_it_had_enough(drawings: WithoutLeader) -> None:
    assert drawings.asked
    for one in drawings.asked:
        in_time = [
            leg for leg in one.legs if leg.ended_ms is not None and leg.ended_ms <= (one.told_ms or 0.0)
        ]
        assert len(in_time) >= 2, one  # w = r = 2
        assert len({leg.home for leg in one.legs}) >= 3


def test_every_debt_of_a_run_that_settled_is_paid(drawings: WithoutLeader) -> None:
    assert drawings.stairs
    for one in drawings.stairs:
        assert one.debt.steps[-1][1] == 0 and one.debt.kept <= one.debt.handed_home + one.debt.expired


def test_runs_with_a_leader_have_none_of_it(tmp_path: Path) -> None:
    saved = by_hand(tmp_path)
    assert without_leader(saved, cast_of(saved)) is None
