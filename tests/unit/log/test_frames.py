"""SQLite's write-ahead log, read and written by us, held against what SQLite itself writes and reads."""

import os
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import apsw
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.sql import frames
from services.sql.frames import Header, Unreadable, encoded, header_of, transactions

PAGE_SIZES = (512, 1024, 4096, 65536)
CHANGES = st.one_of(
    st.tuples(st.just("INSERT INTO t(x) VALUES (randomblob(?))"), st.integers(0, 3000)),
    st.tuples(st.just("DELETE FROM t WHERE id % 3 = ?"), st.integers(0, 2)),
    st.tuples(st.just("UPDATE t SET x = zeroblob(?)"), st.integers(0, 300)),
)


class Real:
    """A database of SQLite whose log is never moved into it."""

    def __init__(self, path: Path, page_size: int = 1024) -> None:
        self.path = path
        self.connection = apsw.Connection(str(path))
        self.connection.pragma("page_size", page_size)
        self.connection.execute(
            "pragma journal_mode = wal; pragma wal_autocheckpoint = 0; pragma cache_size = 8"
        )
        self.connection.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, x)")

    def wal(self) -> bytes:
        """The bytes of its log."""
        return Path(f"{self.path}-wal").read_bytes()

    def image(self) -> bytes:
        """Every page, as a reader sees it."""
        return self.connection.serialize("main")


@contextmanager
def real(page_size: int = 1024) -> Iterator[Real]:
    """One in a directory that goes away."""
    with TemporaryDirectory() as directory:
        database = Real(Path(directory) / "real.db", page_size)
        with closing(database.connection):
            yield database


def image_of(log: bytes, header: Header) -> bytes:
    """The database that the transactions of a whole log amount to; all pages must be in it."""
    pages: dict[int, bytes] = {}
    size = 0
    for transaction in transactions(log, header):
        pages |= transaction.pages
        size = transaction.size
    return b"".join(pages[number] for number in range(1, size + 1))


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(PAGE_SIZES), st.lists(st.lists(CHANGES, min_size=1, max_size=3), max_size=6))
def test_what_sqlite_wrote_is_read_as_sqlite_reads_it(
    page_size: int, work: Sequence[Sequence[tuple[str, int]]]
) -> None:
    with real(page_size) as database:
        for transaction in work:
            with database.connection:
                for sql, number in transaction:
                    database.connection.execute(sql, (number,))
        log, image = database.wal(), database.image()
    header = header_of(log)
    assert header.page_size == page_size
    assert image_of(log, header) == image


@settings(max_examples=20, deadline=None)
@given(st.sampled_from(PAGE_SIZES), st.lists(CHANGES, min_size=1, max_size=5))
def test_what_we_encode_is_what_sqlite_wrote(page_size: int, work: Sequence[tuple[str, int]]) -> None:
    with real(page_size) as database:
        for sql, number in work:
            database.connection.execute(sql, (number,))
        log = database.wal()
    header = header_of(log)
    assert header.encoded() == log[: frames.HEADER_BYTES]
    place, parts = header.start, [header.encoded()]
    for transaction in transactions(log, header):
        data, place = encoded(transaction.frames, header, place)
        assert place == transaction.end
        parts.append(data)
    written = b"".join(parts)
    assert log.startswith(written) and place.offset == len(written)


@pytest.mark.parametrize("big_endian", [False, True])
def test_sqlite_recovers_a_log_that_we_wrote(tmp_path: Path, big_endian: bool) -> None:
    with real() as database:
        database.connection.execute("INSERT INTO t(x) VALUES ('kept')")
        log, image = database.wal(), database.image()
    header = Header(1024, salts=(7, 2**32 - 1), checkpoint=3, big_endian=big_endian)
    place, data = header.start, header.encoded()
    for transaction in transactions(log, header_of(log)):
        more, place = encoded(transaction.frames, header, place)
        data += more
    (tmp_path / "ours.db").write_bytes(image[:1024])  # beside an empty database SQLite removes any log
    (tmp_path / "ours.db-wal").write_bytes(data)
    with closing(apsw.Connection(str(tmp_path / "ours.db"))) as ours:
        assert ours.execute("SELECT x FROM t").fetchall() == [("kept",)]
        assert ours.serialize("main") == image


def test_reading_goes_on_where_it_ended(tmp_path: Path) -> None:
    with real() as database:
        header = header_of(database.wal())
        (*_, last) = transactions(database.wal(), header)
        database.connection.execute("INSERT INTO t(x) VALUES (1)")
        database.connection.execute("INSERT INTO t(x) VALUES (2)")
        log = database.wal()
    whole = list(transactions(log, header))
    assert list(transactions(log, header, last.end)) == whole[-2:]
    assert list(transactions(log[last.end.offset :], header, last.end, base=last.end.offset)) == whole[-2:]


def test_what_an_earlier_use_left_behind_does_not_count() -> None:
    with real() as database:
        for number in range(20):
            database.connection.execute("INSERT INTO t(x) VALUES (zeroblob(900 + ?))", (number,))
        long, before = len(database.wal()), header_of(database.wal())
        database.connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_RESTART)
        database.connection.execute("INSERT INTO t(x) VALUES ('new')")
        log = database.wal()
    header = header_of(log)
    assert len(log) == long
    assert (header.checkpoint, header.salts[0]) == (before.checkpoint + 1, before.salts[0] + 1)
    assert len(list(transactions(log, header))) == 1


DAMAGES = {
    "truncated": lambda log, at, end: log[:at],
    "zeroed": lambda log, at, end: log[:at] + bytes(end - at) + log[end:],
    "flipped": lambda log, at, end: log[:at] + bytes([log[at] ^ 0xFF]) + log[at + 1 :],
    "one bit": lambda log, at, end: log[:at] + bytes([log[at] ^ 1 << at % 8]) + log[at + 1 :],
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_any_damage_to_the_last_transaction_at_worst_makes_the_log_shorter(damage: str) -> None:
    with real(512) as database:
        database.connection.execute("INSERT INTO t(x) VALUES (1)")
        begin = len(database.wal())
        database.connection.execute("INSERT INTO t(x) VALUES (zeroblob(600))")
        log = database.wal()
    header = header_of(log)
    whole = list(transactions(log, header))
    assert whole[-1].end.offset == len(log) and len(whole[-1].frames) > 1
    shorter = 0
    for at in range(begin, len(log)):
        damaged = DAMAGES[damage](log, at, len(log))
        found = list(transactions(damaged, header))
        assert found == (whole if damaged == log else whole[:-1]), at
        shorter += len(found) < len(whole)
    assert shorter > (len(log) - begin) / 2


@pytest.mark.parametrize("at", range(frames.HEADER_BYTES))
def test_a_damaged_header_is_not_read(at: int) -> None:
    with real() as database:
        log = database.wal()
    with pytest.raises(Unreadable):
        header_of(log[:at] + bytes([log[at] ^ 0x10]) + log[at + 1 :])


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_no_bytes_at_all_crash_the_reader(data: bytes) -> None:
    with pytest.raises(Unreadable):
        header_of(data)
    header = Header(512, (1, 2))
    assert list(transactions(header.encoded() + data, header)) == []


def test_errors_name_what_is_there() -> None:
    with pytest.raises(Unreadable, match="there are only 3"):
        header_of(b"abc")
    with pytest.raises(Unreadable, match="no page size: it must be a power of two"):
        header_of(Header(1000, (1, 2)).encoded())
    with pytest.raises(Unreadable, match="format version 3008000; only 3007000"):
        header_of(Header(512, (1, 2)).encoded()[:4] + (3008000).to_bytes(4, "big") + bytes(24))
    with pytest.raises(ValueError, match="page 4 has 8 bytes, but this log's pages have 512"):
        encoded([frames.Frame(4, 4, os.urandom(8))], Header(512, (1, 2)), Header(512, (1, 2)).start)
