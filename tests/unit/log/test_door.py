"""What the SQL door lets through, and in which words it refuses the rest."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.errors import LabError
from services.messages.records import Statement
from services.sql import door, tables
from tests.unit.log.copies import Copy


@pytest.fixture
def copy(tmp_path: Path) -> Iterator[Copy]:
    opened = Copy(tmp_path, 1, "row")
    yield opened
    opened.close()


@pytest.mark.parametrize(
    "sql",
    [
        "ATTACH ':memory:' AS other",
        "PRAGMA user_version = 7",
        "CREATE TABLE mine(x)",
        "DROP TABLE accounts",
        "BEGIN",
        "COMMIT",
        "SAVEPOINT s",
        "VACUUM",
        "SELECT 1; SELECT 2",
        "DELETE FROM visits; DELETE FROM visits",
        "SELECT * FROM log",
        "UPDATE promise SET epoch = 0",
        "SELECT * FROM sqlite_master",
        "SELECT * FROM nowhere",
        "SELECT random()",
        "SELECT datetime('now')",
        "SELECT CURRENT_TIMESTAMP",
        "SELECT load_extension('x')",
        "SELEC 1",
        "",
        "-- nothing",
        "SELECT ?",
        "SELECT x'00'",
        "SELECT CAST(x'ff' AS TEXT)",
        "SELECT 9e999",
        "SELECT '\ud800'",
        "SELECT 1\0",
    ],
)
def test_it_refuses(copy: Copy, sql: str) -> None:
    assert copy.refusal(sql) == "bad-sql"


@pytest.mark.parametrize(
    ("sql", "parameters"),
    [("SELECT 1", (1,)), ("SELECT ?", (2**70,)), ("SELECT ?", ("\ud800",)), ("SELECT ?, ?", (1,))],
)
def test_it_refuses_wrong_parameters(copy: Copy, sql: str, parameters: tuple[int | str, ...]) -> None:
    assert copy.refusal((sql, *parameters)) == "bad-sql"


@pytest.mark.parametrize(
    "sql",
    [
        "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT max(x) FROM c",
        "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c LIMIT 5000) SELECT x FROM c",
        "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c LIMIT 5000) "
        "INSERT INTO visits SELECT 'page', x FROM c",
        "SELECT printf('%*d', 100000000, 1)",
    ],
)
def test_nothing_grows_without_bounds(copy: Copy, sql: str) -> None:
    assert copy.refusal(sql) == "too-large"


def test_a_transaction_happens_as_a_whole_or_not_at_all(copy: Copy) -> None:
    good = "INSERT INTO accounts VALUES ('ann', 1)"
    assert copy.refusal(good, "INSERT INTO accounts VALUES ('ann', 2)") == "constraint-violated"
    assert copy.refusal(good, "INSERT INTO accounts VALUES ('ben', 'much')") == "constraint-violated"
    inserted, seen = copy.perform(good, "SELECT name, balance FROM accounts")
    assert inserted.changes == 1
    assert (seen.columns, seen.rows) == (("name", "balance"), (("ann", 1),))


def test_the_key_that_was_drawn_is_told(copy: Copy) -> None:
    first, second = copy.perform(*2 * ["INSERT INTO orders(item) VALUES ('tea')"])
    assert (first.key, second.key) == (1, 2)


def test_queries_see_what_is_committed_and_cannot_write(copy: Copy) -> None:
    copy.perform(("INSERT INTO visits VALUES (?, ?)", "home", None))
    (result,) = tables.read(copy.storage.reader, [Statement("SELECT * FROM visits")])
    assert result.rows == (("home", None),)
    with pytest.raises(LabError, match="may not write"):
        tables.read(copy.storage.reader, [Statement("DELETE FROM visits")])


def test_one_transaction_has_a_bounded_number_of_statements() -> None:
    for statements in ((), (Statement("SELECT 1"),) * (door.MOST_STATEMENTS + 1)):
        with pytest.raises(LabError, match="bad-sql"):
            door.check(statements)
