"""The same transactions through each log: what stands in it, and whether the copies agree."""

from pathlib import Path

import pytest

from services.errors import LabError
from services.messages import START, Position
from services.messages.records import Commit, Delete, Insert, Statement, Statements, Update
from services.settings.single_leader import ReplicationLog
from tests.unit.log.copies import Copy, leader_and_follower

DANGEROUS = (
    "INSERT INTO visits VALUES (now(), 'ann')",
    "INSERT INTO visits VALUES ('page', rand())",
    "UPDATE items SET holder = 'ann' WHERE name IN (SELECT name FROM items WHERE holder IS NULL LIMIT 1)",
    "UPDATE accounts SET balance = balance + 1",
)
SAFE_IF_REWRITTEN = {0, 1}
SETUP = (
    "INSERT INTO accounts VALUES ('ann', 5)",
    "INSERT INTO items(name, price) VALUES ('tea', 30), ('coffee', 20), ('milk', 10)",
)


@pytest.mark.parametrize("log", ["row", "mixed", "row-without-commit", "wal"])
def test_rows_make_copies_agree_whatever_was_asked(tmp_path: Path, log: ReplicationLog) -> None:
    with leader_and_follower(tmp_path, log) as (leader, follower):
        leader.perform(*SETUP)
        for sql in DANGEROUS:
            leader.perform(sql)
        follower.follow(leader)
        assert follower.contents() == leader.contents()


@pytest.mark.parametrize("sql", DANGEROUS)
def test_statements_that_cannot_be_repeated_make_copies_differ(tmp_path: Path, sql: str) -> None:
    with leader_and_follower(tmp_path, "statement") as (leader, follower):
        leader.perform(*SETUP)
        follower.follow(leader)
        assert follower.contents() == leader.contents()
        leader.perform(sql)
        follower.follow(leader)
        assert follower.contents() != leader.contents()


@pytest.mark.parametrize("number", range(len(DANGEROUS)))
def test_rewritten_statements_are_safe_or_refused(tmp_path: Path, number: int) -> None:
    with leader_and_follower(tmp_path, "statement-rewritten") as (leader, follower):
        leader.perform(*SETUP)
        if number in SAFE_IF_REWRITTEN:
            leader.perform(DANGEROUS[number])
        else:
            assert leader.refusal(DANGEROUS[number]) == "unsafe-statement"
        follower.follow(leader)
        assert follower.contents() == leader.contents()


@pytest.mark.parametrize(
    ("log", "agree"),
    [("statement", False), ("statement-rewritten", True), ("mixed", True), ("row", True), ("wal", True)],
)
def test_a_transaction_that_failed_keeps_its_keys(tmp_path: Path, log: ReplicationLog, agree: bool) -> None:
    with leader_and_follower(tmp_path, log) as (leader, follower):
        order = "INSERT INTO orders(item) VALUES (?)"
        assert leader.refusal((order, "tea"), (order, "")) == "constraint-violated"
        (result,) = leader.perform((order, "milk"))
        assert result.key == 2
        follower.follow(leader)
        assert (follower.contents() == leader.contents()) is agree


def test_mixed_ships_text_where_it_can(tmp_path: Path) -> None:
    copy = Copy(tmp_path, 1, "mixed")
    copy.perform("INSERT INTO accounts VALUES ('ann', 5)")
    copy.perform("INSERT INTO visits VALUES (now(), 'ann')")
    text, row, commit = copy.records()
    assert text == Statements((Statement("INSERT INTO accounts VALUES ('ann', 5)"),))
    assert isinstance(row, Insert) and commit == Commit(1)
    copy.close()


def test_rewriting_leaves_text_and_comments_alone(tmp_path: Path) -> None:
    copy = Copy(tmp_path, 1, "statement-rewritten")
    copy.perform("INSERT INTO orders(item, placed) VALUES ('now()', now()) -- rand()")
    (record,) = copy.records()
    assert isinstance(record, Statements)
    moment = "'1970-01-01T00:16:40.000000+00:00'"
    assert record.statements[0].sql == (
        f"INSERT INTO orders(id, item, placed) VALUES (1, 'now()', {moment}) -- rand()"
    )
    copy.close()


def test_what_rows_carry(tmp_path: Path) -> None:
    """New values; the key and what changed; all old values where there is no key; the commit is last."""
    copy = Copy(tmp_path, 1, "row")
    copy.perform(
        "INSERT INTO items(name, price) VALUES ('tea', 30)", "INSERT INTO visits VALUES ('home', 'ann')"
    )
    copy.perform("UPDATE items SET price = 31", "UPDATE visits SET visitor = 'ben'")
    copy.perform("DELETE FROM items", "DELETE FROM visits")
    assert copy.records() == [
        Insert("items", {"name": "tea", "price": 30, "holder": None}),
        Insert("visits", {"page": "home", "visitor": "ann"}),
        Commit(2),
        Update("items", {"name": "tea"}, {"price": 31}),
        Update("visits", {"page": "home", "visitor": "ann"}, {"visitor": "ben"}),
        Commit(2),
        Delete("items", {"name": "tea"}),
        Delete("visits", {"page": "home", "visitor": "ben"}),
        Commit(2),
    ]
    copy.close()


def test_one_of_two_equal_rows_goes(tmp_path: Path) -> None:
    with leader_and_follower(tmp_path, "row") as (leader, follower):
        leader.perform("INSERT INTO visits VALUES ('home', 'ann'), ('home', 'ann')")
        leader.perform("DELETE FROM visits WHERE rowid = 1")
        follower.follow(leader)
        assert follower.contents() == {"visits": [{"page": "home", "visitor": "ann"}]}


def test_nothing_is_seen_before_the_commit_record(tmp_path: Path) -> None:
    with leader_and_follower(tmp_path, "row") as (leader, follower):
        leader.perform("INSERT INTO visits VALUES ('a', null)", "INSERT INTO visits VALUES ('b', null)")
        for taken in range(1, 4):
            follower.follow(leader, most=1)
            assert bool(follower.contents()) is (taken == 3)


def test_without_a_commit_record_half_a_transaction_is_seen(tmp_path: Path) -> None:
    with leader_and_follower(tmp_path, "row-without-commit") as (leader, follower):
        leader.perform("INSERT INTO visits VALUES ('a', null)", "INSERT INTO visits VALUES ('b', null)")
        follower.follow(leader, most=1)
        assert follower.contents() == {"visits": [{"page": "a", "visitor": None}]}


@pytest.mark.parametrize("log", ["statement", "statement-rewritten", "mixed", "row", "wal"])
def test_a_tail_that_must_go_takes_its_effects_along(tmp_path: Path, log: ReplicationLog) -> None:
    with leader_and_follower(tmp_path, log) as (leader, follower):
        leader.perform(*SETUP, "INSERT INTO visits VALUES ('home', 'ann')")
        follower.follow(leader)
        before = leader.contents()
        leader.perform(
            "DELETE FROM items", "INSERT INTO items VALUES ('salt', 1, null)", "DELETE FROM visits"
        )
        assert leader.contents() != before
        follower.storage.promise(1)
        follower.storage.append(1, [None])
        parted = follower.storage.entries_after(follower.storage.last.sequence - 1, 1)
        leader.storage.accept(1, parted_from(parted[0].position.sequence - 1, leader), parted, ignore, True)
        assert leader.contents() == before


def parted_from(sequence: int, copy: Copy) -> Position:
    position = copy.storage.position_at(sequence)
    assert position
    return position


def ignore(name: str, lines: str) -> None:
    """What was set aside is looked at elsewhere."""


def test_a_transaction_whose_rows_were_trimmed_meanwhile_is_not_done_in_part(tmp_path: Path) -> None:
    """Its end came in a later message than its rows, and only those that were left were changed."""
    with leader_and_follower(tmp_path, "row") as (leader, follower):
        leader.perform(*SETUP)
        *rows, commit = leader.storage.entries_after(0, -1)
        accept = follower.storage.accept
        accept(1, START, rows, lambda *_: None, fenced=True)
        follower.storage.trim(1)
        with pytest.raises(LabError, match="log-gone: of the 4 rows"):
            accept(1, rows[-1].position, [commit], lambda *_: None, fenced=True)
        assert not follower.contents()
