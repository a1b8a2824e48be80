"""The tournament: what was recorded is read right, every leader takes all of it, and the scores are right."""

import json
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from chaos.cli import app
from chaos.commands.tournament import tabulated
from chaos.history import Event, History
from chaos.report import render
from chaos.tournament.interleaving import torn_apart
from chaos.tournament.recorded import Write, writes_of
from chaos.tournament.replay import arrivals, replay
from chaos.tournament.score import conflicting, score
from services.settings.multi_leader import Conflicts
from services.versions import vectors

KEEPING = ("record", "merge", "on-write-handler", "crdt", "three-way-merge")
HISTORIES = Path(__file__).parents[2] / "histories"


def history(*writes: tuple[str, str, list[str]]) -> History:
    """One write after the other: where, what, and what its author saw."""
    events: list[Event] = []
    for node, value, saw in writes:
        index = len(events)
        asked: dict[str, Any] = {"process": index, "f": "write", "key": "page", "value": value}
        events.append(Event(index=index, time=index * 1000, type="invoke", saw=saw, **asked))
        events.append(Event(index=index + 1, time=index * 1000 + 500, type="ok", node=node, **asked))
    return History(tuple(events))


# Both changed the second line of what both had read, and the second of them the last one, too.
EDITS = history(
    ("n1", "1\n2\n3\n4", []),
    ("n1", "1\nB\n3\n4", ["1\n2\n3\n4"]),
    ("n2", "1\nC\n3\nD", ["1\n2\n3\n4"]),
)


def points(writes: list[Write], name: Conflicts) -> tuple[int, int]:
    found = score(writes, replay(writes, name, seed=1))
    assert found.told == len(writes)
    return found.lost, found.intents_kept


def test_what_was_recorded() -> None:
    first, second, third = writes_of(EDITS)
    assert [write.knew for write in (first, second, third)] == [frozenset(), {0}, {0}]
    assert [write.change.past for write in (first, second, third)] == ["", "n1:1", "n1:1"]
    assert third.change.after == {"n1": 1}
    assert conflicting([first, second, third]) == 2


def test_what_each_resolver_makes_of_two_edits_of_one_line() -> None:
    writes = writes_of(EDITS)
    assert points(writes, "lww") == (1, 2), "the first author's line is gone"
    assert points(writes, "record") == (0, 2), "4, which the second took out, is still in the first's text"
    assert points(writes, "three-way-merge") == (0, 3)
    assert points(writes, "crdt") == (0, 3)
    assert replay(writes, "three-way-merge", 1).shown["n1"]["page"] == (
        "1\n<<<<<<< n1\nB\n=======\nC\n>>>>>>> n2\n3\nD",
    )
    assert replay(writes, "crdt", 1).shown["n2"]["page"] == (["1", "C", "B", "3", "D"],)


def test_arrival_order_does_not_converge() -> None:
    assert not replay(writes_of(EDITS), "arrival-order", seed=1).converged


# Two people write a paragraph each behind the same line.
PARAGRAPHS = history(
    ("n1", "0", []),
    ("n1", "0\na", ["0"]),
    ("n1", "0\na\nb", ["0\na"]),
    ("n2", "0\nx", ["0"]),
    ("n2", "0\nx\ny", ["0\nx"]),
)


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("0\na\nb\nx\ny", 0),
        ("0\nx\ny\na\nb", 1),
        ("0\na\nx\nb\ny", 2),
        ("0\na\nb", 0),
        ("0\na\nb/0\nx\ny", 0),
    ],
)
def test_neighbours_that_are_torn_apart(text: str, pairs: int) -> None:
    """`0` and `a` are neighbours of one side, too."""
    assert torn_apart(writes_of(PARAGRAPHS), {"page": (text,)}) == pairs


def test_what_an_author_puts_between_two_lines_that_he_knows_tears_nothing() -> None:
    known = history(("n1", "a", []), ("n1", "a\nb", ["a"]), ("n2", "a\nx\nb", ["a\nb"]))
    assert torn_apart(writes_of(known), {"page": ("a\nx\nb",)}) == 0


def test_siblings_beside_each_other_are_whole() -> None:
    assert torn_apart(writes_of(PARAGRAPHS), {"page": ("0\na\nb", "0\nx\ny")}) == 0


@given(seed=st.integers(0, 2**32))
def test_every_leader_takes_everything_once_and_nothing_before_its_causes(seed: int) -> None:
    changes = [write.change for write in writes_of(EDITS)]
    for leader in ("n1", "n2"):
        taken, known = arrivals(changes, leader, seed), dict[str, int]()
        assert sorted(map(changes.index, taken)) == [0, 1, 2]
        for change in taken:
            assert vectors.covers(known, change.after)
            assert change.sequence == known.get(change.origin, 0) + 1
            known[change.origin] = change.sequence


def test_a_recording_by_seed() -> None:
    table = tabulated(None, 3)
    rows = {row["resolver"]: row for row in table["resolvers"]}
    assert tuple(rows) == get_args(Conflicts)
    assert table["conflicting"] > 10
    assert [name for name, row in rows.items() if not row["converged"]] == ["arrival-order"]
    assert all(rows[name]["lost"] == 0 for name in KEEPING)
    assert all(rows[name]["torn"] == 0 for name in ("lww", "replica-priority", "record")), "nothing is merged"
    assert rows["lww"]["lost"] > 0 and rows["replica-priority"]["lost"] > 0
    again = {row["resolver"]: row for row in tabulated(None, 3)["resolvers"]}
    same = [{**table_of[name], "time_ms": 0} for table_of in (rows, again) for name in rows]
    assert same[: len(rows)] == same[len(rows) :]


def test_the_terminal_names_what_the_page_names() -> None:
    ended = CliRunner().invoke(app, ["tournament", "--seed", "3"], terminal_width=80)
    head = ended.stdout.splitlines()[1]
    page = (render.HERE / "templates" / "standings.html").read_text(encoding="utf-8")
    for name in ("resolver", "leaders agree", "lost", "intents kept", "torn apart", "bytes"):
        assert name in head and name in page
    assert "converged" not in head
    assert max(map(len, ended.stdout.splitlines())) <= 80


def test_the_command_on_a_saved_history(tmp_path: Path) -> None:
    path = str(HISTORIES / "conflict" / "found-at-once.jsonl")
    ended = CliRunner().invoke(app, ["tournament", path, "--json"])
    assert ended.exit_code == 0, ended.output
    table = json.loads(ended.stdout)
    assert (table["recording"], table["writes"], table["conflicting"]) == (path, 2, 2)
    page = tmp_path / "page.html"
    ended = CliRunner().invoke(app, ["tournament", path, "--html", str(page)])
    drawn = page.read_text(encoding="utf-8")
    assert all(f'<th scope="row">{name}</th>' in drawn for name in get_args(Conflicts))
    assert "three-way-merge" in ended.output and "intents kept" in ended.output


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("lost-write/found-element", "there are writes of 0 leaders in it; a conflict takes two"),
        ("half-transaction-seen/found-one-list", "there are writes of 0 leaders in it"),
    ],
)
def test_a_history_without_conflicts_is_refused_in_one_line(name: str, why: str) -> None:
    ended = CliRunner().invoke(app, ["tournament", str(HISTORIES / f"{name}.jsonl")])
    assert ended.exit_code == 2
    assert why in ended.output and len(ended.output.strip().splitlines()) == 1


def test_a_page_for_which_there_is_no_folder_is_refused_in_one_line(tmp_path: Path) -> None:
    path = str(HISTORIES / "conflict" / "found-at-once.jsonl")
    ended = CliRunner().invoke(app, ["tournament", path, "--html", str(tmp_path / "nowhere" / "page.html")])
    assert ended.exit_code == 2
    assert "nowhere" in ended.output and len(ended.output.strip().splitlines()) == 1
