"""What the replicas hold in the end: what is missing, who is odd, and why rows differ."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from chaos.history import Event, History
from chaos.recording.folder import RunFolder
from chaos.recording.recorder import Recorder
from chaos.report.contents import final_contents
from chaos.report.saved import Saved, read_again
from services.groups.ring import ring_of
from tests.unit.report.runs import ABOUT, Clock, by_hand, simulated


@pytest.fixture(scope="module")
def statements(tmp_path_factory: pytest.TempPathFactory) -> Saved:
    (folder,) = simulated(tmp_path_factory.mktemp("runs"), "statement-log:statement")
    return read_again(RunFolder(folder))


def test_contents_tell_what_is_missing_and_what_differs(tmp_path: Path) -> None:
    contents = final_contents(by_hand(tmp_path))
    (row,) = contents.rows
    assert (row.key, row.acknowledged, row.by, row.held) == (
        *("x", "1", "n1 (epoch 1)"),
        {"n1": "nothing", "n2": "nothing"},
    )
    assert (contents.keys, contents.missing, contents.differing) == (2, 1, 0)


@pytest.mark.parametrize(
    ("held", "acknowledged", "odd"),
    [
        ((1, 2, 2), True, {"n1"}),
        ((1, None, 1), True, {"n1", "n2", "n3"}),
        ((1, 1, 2), False, {"n3"}),
        (({"price": 2}, {"price": 2}, {"price": 1}), True, {"n3"}),  # rows do not show what was written
    ],
)
def test_the_odd_ones_lack_what_was_acknowledged_or_what_most_hold(
    held: Sequence[Any], acknowledged: bool, odd: set[str], tmp_path: Path
) -> None:
    events: list[Event] = []
    recorder = Recorder(events, Clock())
    for value in (1, 2) if acknowledged else ():
        recorder.ok(recorder.invoke(recorder.new_process(), "write", "x", value), node="n1")
    for number, value in enumerate(held, start=1):
        recorder.final(f"n{number}", {"registers": {"x": value}, "sets": {}, "epoch": 1, "position": 1})
    (row,) = final_contents(replace(by_hand(tmp_path), history=History.of(events))).rows
    assert row.odd == odd
    assert row.is_missing == (len(odd) == 3)


def test_whoever_is_no_home_of_a_key_lacks_nothing(tmp_path: Path) -> None:
    """Without a leader a key lies on the first nodes of its ring; only what these hold is compared."""
    nodes = [f"n{number}" for number in range(1, 6)]
    homes = ring_of(tuple(nodes)).preference("x", 3)
    events: list[Event] = []
    recorder = Recorder(events, Clock())
    recorder.ok(recorder.invoke(recorder.new_process(), "write", "x", 1), node="n1")
    for node in nodes:
        held = {"x": 1} if node in homes else {"y": 2}
        recorder.final(node, {"registers": held, "sets": {}, "epoch": 0, "position": 1})
    about = {**ABOUT, "options": {"family": "leaderless", "n": 3}}
    contents = final_contents(replace(by_hand(tmp_path, about=about), history=History.of(events)))
    assert "x" not in {row.key for row in contents.rows}
    assert contents.missing == 0
    assert contents.holders == "their homes"


@pytest.mark.parametrize(("leader", "odd"), [("n1", {"n2", "n3"}), ("n2", {"n1"}), (None, {"n1"})])
def test_the_leader_is_not_the_one_who_is_wrong(leader: str | None, odd: set[str], tmp_path: Path) -> None:
    events: list[Event] = []
    recorder = Recorder(events, Clock())
    for number, value in enumerate(("mine", "theirs", "theirs"), start=1):
        recorder.final(f"n{number}", {"registers": {"x": value}, "sets": {}, "epoch": 1, "position": 1})
    samples = [{"time": 0, "node": leader, "role": "leader", "epoch": 1}] if leader else []
    saved = replace(by_hand(tmp_path, events=()), history=History.of(events), samples=samples)
    (row,) = final_contents(saved).rows
    assert row.odd == odd


def test_differences_between_statements_are_grouped_by_cause(statements: Saved) -> None:
    contents = final_contents(statements)
    causes = {cause.split(":")[0]: count for cause, count in contents.causes.items()}
    assert {"LIMIT without ORDER BY", "now() and rand()", "A trigger"} <= set(causes)
    assert sum(causes.values()) == contents.differing
    shown = [row.cause for row in contents.rows]
    assert [cause for place, cause in enumerate(shown) if place == 0 or shown[place - 1] != cause] == list(
        contents.causes
    )
    by_table = {(row.key.split("/")[0], row.cause.split(":")[0]) for row in contents.rows}
    assert ("items", "LIMIT without ORDER BY") in by_table
    assert ("audit", "A trigger") in by_table
    assert {table for table, cause in by_table if cause in ("now() and rand()", "A counter")} == {"orders"}
    assert not any("n1" in row.odd for row in contents.rows)


def test_no_cause_is_claimed_where_rows_are_shipped(statements: Saved) -> None:
    options = {**statements.about["options"], "replication_log": "row"}
    contents = final_contents(replace(statements, about={**statements.about, "options": options}))
    assert not contents.causes
    assert not any(row.cause for row in contents.rows)
