"""Pages of databases that SQLite made, read cell by cell, hold what SQLite says is in the tables."""

from pathlib import Path

import apsw
import pytest

from chaos.logdiff import pages
from chaos.logdiff.pieces import Field, told

COLUMNS = ("a", "b")
VALUES = (
    *(None, 0, 1, -1, 127, -128, 128, 32767, -32769, 2**23, 2**31, -(2**47), 2**47, 2**63 - 1, -(2**63)),
    *(0.5, -1e300, "", "tea", "ä" * 50, b"", b"\0\xff"),
)


@pytest.fixture
def database(tmp_path: Path) -> apsw.Connection:
    connection = apsw.Connection(str(tmp_path / "some.db"))
    connection.execute("pragma page_size = 1024; CREATE TABLE t(a, b); CREATE TABLE u(a PRIMARY KEY, b)")
    return connection


def read(database: apsw.Connection) -> dict[int, tuple[str, str, bytes, list[Field]]]:
    """Of each page that is in use its owner, its kind, its bytes and its fields."""
    data, size = Path(database.filename).read_bytes(), 1024
    uses: list[tuple[int, str, str]] = list(database.execute("SELECT pageno, name, pagetype FROM dbstat"))
    found = {}
    for number, name, kind in uses:
        page = data[(number - 1) * size : number * size]
        found[number] = (name, kind, page, pages.fields(page, number, kind, COLUMNS))
    return found


def rows(fields: list[Field]) -> list[str]:
    return [field.value for field in fields if field.name.startswith("cell:")]


def test_every_kind_of_value(database: apsw.Connection) -> None:
    database.executemany("INSERT INTO t VALUES (?, ?)", [(value, "end") for value in VALUES])
    found = {
        row
        for name, kind, _, fields in read(database).values()
        if (name, kind) == ("t", "leaf")
        for row in rows(fields)
    }
    expected = database.execute("SELECT rowid, a, b FROM t")
    assert found == {
        f"row {rowid}: {repr(a) if isinstance(a, bytes) else told(a)}, {told(b)}" for rowid, a, b in expected
    }


def test_a_value_field_stands_on_its_own_bytes(database: apsw.Connection) -> None:
    database.execute("INSERT INTO t VALUES ('needle', 4711)")
    ((*_, page, fields),) = [each for each in read(database).values() if each[0] == "t"]
    by_name = {field.name: page[field.offset : field.offset + field.length] for field in fields}
    assert by_name["a"] == b"needle"
    assert int.from_bytes(by_name["b"]) == 4711


def test_trees_of_many_pages_and_their_indexes(database: apsw.Connection) -> None:
    many = [(f"key {number:05}", number) for number in range(2000)]
    with database:  # one transaction, or each row would be synced to the disk
        database.executemany("INSERT INTO u VALUES (?, ?)", many)
    found = read(database)
    leaves = [row for name, kind, _, f in found.values() if (name, kind) == ("u", "leaf") for row in rows(f)]
    assert len(leaves) == 2000 and 'row 18: "key 00017", 17' in leaves
    children = {
        int(field.value.split(":")[0].removeprefix("page "))
        for name, kind, _, fields in found.values()
        if (name, kind) == ("u", "internal")
        for field in fields
        if field.name == "child"
    }
    assert children and all(found[child][0] == "u" for child in children)
    entries = [row for name, _, _, f in found.values() if name.startswith("sqlite_auto") for row in rows(f)]
    assert len(entries) == 2000


@pytest.mark.parametrize("table", ["t", "u"])
def test_long_values_go_on_in_other_pages(database: apsw.Connection, table: str) -> None:
    for length in (900, 985, 986, 2000, 5000):
        database.execute(f"INSERT INTO {table} VALUES (?, 'end')", (f"{length}" + "x" * length,))
    found = read(database)
    for name, kind, page, fields in found.values():
        for field in fields:
            if field.name == "goes on in page" and kind == "leaf":
                assert found[int(field.value)][:2] == (name, "overflow")
            assert 0 <= field.offset < field.offset + field.length <= len(page)


def test_fields_do_not_overlap(database: apsw.Connection) -> None:
    with database:
        database.executemany("INSERT INTO u VALUES (?, ?)", [(f"{n}" * 40, 0.5 * n) for n in range(300)])
    for number, (_, _, _, fields) in read(database).items():
        behind = 0
        for field in sorted(fields):
            assert field.offset >= behind, (number, field)
            behind = field.offset + field.length


@pytest.mark.parametrize("number", [0, 1, 127, 128, 16383, 16384, 2**56 - 1, 2**63 - 1, -1, -(2**63)])
def test_varints(number: int) -> None:
    """Written as the format says: seven bits a byte, the ninth byte whole."""
    bits = number % 2**64
    if bits >= 2**56:
        data = bytes((bits >> 8 >> 7 * place) & 0x7F | 0x80 for place in reversed(range(8))) + bytes(
            [bits & 0xFF]
        )
    else:
        size = max(1, -(-bits.bit_length() // 7))
        parts = [(bits >> 7 * place) & 0x7F for place in reversed(range(size))]
        data = bytes([*(part | 0x80 for part in parts[:-1]), parts[-1]])
    assert pages.varint(b"?" + data + b"?", 1) == (number, 1 + len(data))
