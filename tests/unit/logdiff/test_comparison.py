"""One write in four logs, by the real engine: the bytes hold what was written, and followers follow."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from chaos.logdiff.comparison import Comparison
from chaos.logdiff.pieces import Piece, Shown
from chaos.logdiff.request import EXAMPLE
from chaos.logdiff.words import table
from services.errors import LabError
from services.messages import Entry
from services.messages.records import Commit, Insert, Statement, Statements, Update
from services.sql import frames
from tests.unit.logdiff.making import compared, log_of

NOW = "2020-09-13T12:26:40.000000+00:00"


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Comparison:
    return compared(tmp_path_factory.mktemp("example"))


def records(shown: Shown) -> list[object]:
    return [msgspec.json.decode(piece.data, type=Entry).record for piece in shown.pieces]


def test_the_statements_are_what_was_asked(example: Comparison) -> None:
    assert records(log_of(example, "statement")) == [Statements(EXAMPLE)]


def test_the_rows_are_what_came_of_it(example: Comparison) -> None:
    *rows, commit = records(log_of(example, "row"))
    updated = [row for row in rows if isinstance(row, Update)]
    (inserted,) = [row for row in rows if isinstance(row, Insert)]
    assert {row.old["name"]: row.new for row in updated} == {
        **{"coffee": {"price": 21}, "milk": {"price": 11}, "tea": {"price": 62}},
    }
    assert inserted.new.items() >= {"item": "tea", "placed": NOW}.items()
    assert commit == Commit(4)


def test_the_frames_are_sqlites_own(example: Comparison) -> None:
    log = b"".join(piece.data for piece in log_of(example, "wal").pieces)
    (transaction,) = frames.transactions(log, frames.header_of(log))  # salts and checksums hold
    assert transaction.end.offset == len(log)
    assert all(name in b"".join(transaction.pages.values()) for name in (NOW.encode(), b"tea>", b"orders"))


def test_the_outbox_has_the_value_in_between(example: Comparison) -> None:
    rows = [msgspec.json.decode(piece.data) for piece in log_of(example, "trigger").pieces]
    assert sorted(row[1:] for row in rows) == [["coffee", 21], ["milk", 11], ["tea", 31], ["tea", 62]]


def test_only_the_copy_that_repeats_the_text_is_another_one(example: Comparison) -> None:
    differing = {shown.name: shown.followed.differences for shown in example.columns}
    assert differing["wal"] == differing["row"] == []
    (order,) = differing["statement"]
    assert order.startswith("orders/2: ") and NOW in order.split(" on the leader, ")[0]
    assert differing["trigger"] == ["orders/2 changed, and no trigger sits on that table"]
    assert log_of(example, "wal").followed.outcome == "is like the leader's, byte for byte"


def test_sizes_and_answers(example: Comparison) -> None:
    answered = table(example.columns)
    assert all(len(said) == 4 and all(said) for said in answered.values())
    for shown in example.columns:
        assert 0 < shown.log_bytes <= shown.message_bytes
    assert [said.split(":")[0] for said in answered["other storage format"]] == [
        "yes",
        "no",
        "yes",
        "yes, and another kind of store",
    ]


def everything(comparison: Comparison) -> Iterator[Piece]:
    for shown in comparison.columns:
        yield from shown.pieces


WRITES = (
    "DELETE FROM visits",
    "UPDATE accounts SET balance = balance - 1",
    "INSERT INTO visits(page) VALUES (replace(printf('%9000d', 1), ' ', 'x'))",
    "INSERT INTO items SELECT name || ' and ' || name, price, holder FROM items",
    "DELETE FROM items WHERE price > 10",
)


@pytest.mark.parametrize("sql", WRITES)
def test_pieces_are_sound_and_rows_and_pages_make_copies_agree(tmp_path: Path, sql: str) -> None:
    comparison = compared(tmp_path, sql)
    for piece in everything(comparison):
        behind = 0
        for field in piece.fields:
            assert behind <= field.offset < field.offset + field.length <= len(piece.data)
            behind = field.offset + field.length
        assert piece.reading
    assert not log_of(comparison, "wal").followed.differences
    assert not log_of(comparison, "row").followed.differences


def test_news_are_exactly_what_differs_from_the_page_before(tmp_path: Path) -> None:
    comparison = compared(tmp_path, "UPDATE items SET price = 31 WHERE name = 'tea'")
    _, frame = log_of(comparison, "wal").pieces
    assert frame.changed is not None
    head, (begin, end) = frame.changed
    assert head == (0, frames.FRAME_HEADER_BYTES)
    assert frame.data[begin:end] == bytes([31])
    assert frame.data[begin - 3 : begin] == b"tea"


def test_a_table_without_a_key_gives_all_its_old_values(tmp_path: Path) -> None:
    comparison = compared(tmp_path, "UPDATE visits SET visitor = 'ben'")
    update, _ = records(log_of(comparison, "row"))
    assert update == Update("visits", {"page": "home", "visitor": "ann"}, {"visitor": "ben"})


@pytest.mark.parametrize("sql", ["SELECT * FROM items", "DELETE FROM items WHERE name = 'nothing'"])
def test_what_changes_nothing_leaves_no_trace(tmp_path: Path, sql: str) -> None:
    comparison = compared(tmp_path, sql)
    assert [shown.log_bytes for shown in comparison.columns] == [0, 0, 0, 0]
    assert not any(shown.followed.differences for shown in comparison.columns)


def test_what_stood_there_before(tmp_path: Path) -> None:
    first = "INSERT INTO orders(item, placed, lot) VALUES ('jam', now(), rand())"
    comparison = compared(tmp_path, "UPDATE orders SET item = 'tea'", before=(first,))
    assert not any(log_of(comparison, name).followed.differences for name in ("statement", "wal", "row"))


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("DROP TABLE items", "bad-sql"),
        ("INSERT INTO items(name, price) VALUES ('tea', 1)", "constraint-violated"),
        (Statement("INSERT INTO visits VALUES (?, ?)", ("one",)), "bad-sql"),
    ],
)
def test_what_the_door_refuses(tmp_path: Path, sql: str | Statement, code: str) -> None:
    with pytest.raises(LabError) as refused:
        compared(tmp_path, sql)
    assert refused.value.kind.code == code


def test_what_one_log_alone_cannot_hold_is_told_in_its_place(tmp_path: Path) -> None:
    """Pages travel as text, so they come to the bound of a record before rows do."""
    texts = (Statement("INSERT INTO visits VALUES (?, null)", (letter * 64_000,)) for letter in "abc")
    comparison = compared(tmp_path, *texts)
    assert not log_of(comparison, "wal").pieces
    assert log_of(comparison, "wal").followed.outcome == "never hears of it"
    assert log_of(comparison, "row").log_bytes > 3 * 64_000


def test_pages_that_are_new_are_held_against_nothing(tmp_path: Path) -> None:
    comparison = compared(tmp_path, Statement("INSERT INTO visits VALUES (?, null)", ("x" * 9000,)))
    told = [piece.reading[0] for piece in log_of(comparison, "wal").pieces[1:]]
    assert any(line.startswith("page 15, a new overflow of visits; 4,0") for line in told), told
