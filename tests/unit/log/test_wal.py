"""SQLite's own log, shipped: copies are alike byte for byte, and what does not fit is refused untouched."""

import hashlib
import shutil
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

import apsw
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from services.errors import LabError
from services.messages import Entry, Position
from services.messages.records import Frames, Page
from services.ports import OTHER_FORMAT
from services.single_leader.storage import DATABASE
from services.sql.working import TABLES_FILE
from tests.unit.log.copies import Copy, leader_and_follower
from tests.unit.log.test_formats import DANGEROUS, SETUP, ignore, parted_from
from tests.unit.log.test_frames import DAMAGES

WORK = (
    *DANGEROUS,
    "DELETE FROM visits",
    "INSERT INTO orders(item, placed, lot) VALUES ('tea', now(), rand())",
)


def image(copy: Copy) -> bytes:
    """Every page of the tables' database, as SQLite reads it from file and log."""
    return copy.tables().serialize("main")


def must_be_whole(copy: Copy) -> None:
    """SQLite has nothing against the file, and it is what is stored beside the log."""
    assert copy.tables().pragma("integrity_check") == "ok"
    pages = copy.storage.reader.execute("SELECT data FROM pages ORDER BY number")
    assert b"".join(data for (data,) in pages) == image(copy)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.lists(st.sampled_from(WORK), min_size=1, max_size=3), min_size=1, max_size=8), st.data())
def test_copies_are_alike_byte_for_byte(work: Sequence[Sequence[str]], data: st.DataObject) -> None:
    with TemporaryDirectory() as directory, leader_and_follower(Path(directory), "wal") as (leader, follower):
        leader.storage.checkpoint_after(data.draw(st.sampled_from([1, 5, 1000])))
        follower.storage.checkpoint_after(data.draw(st.sampled_from([1, 3, 1000])))
        leader.perform(*SETUP)
        for transaction in work:
            leader.perform(*transaction)
            if data.draw(st.booleans()):
                follower.follow(leader)
            if data.draw(st.booleans()):
                data.draw(st.sampled_from([leader, follower])).reopen()
        follower.follow(leader)
        assert image(follower) == image(leader)
        assert follower.contents() == leader.contents() != {}
        must_be_whole(follower)


def test_the_lead_may_pass_to_and_fro(tmp_path: Path) -> None:
    with leader_and_follower(tmp_path, "wal") as (one, other):
        one.perform(*SETUP)
        for turn in range(6):
            other.follow(one)
            other.perform(DANGEROUS[turn % 4], f"INSERT INTO visits VALUES ('turn', '{turn}')")
            assert image(other) != image(one)
            one, other = other, one
        other.follow(one)
        assert image(other) == image(one)
        must_be_whole(other)


def test_what_the_log_lacks_never_happened(tmp_path: Path) -> None:
    """A crash after SQLite's commit, and before that of the log with the pages."""
    copy = Copy(tmp_path, 1, "wal")
    copy.perform(*SETUP)
    before, last = image(copy), copy.storage.last
    copy.tables().execute("DELETE FROM items")
    assert image(copy) != before
    copy.reopen()
    assert (image(copy), copy.storage.last) == (before, last)
    copy.close()


@pytest.mark.parametrize("name", [TABLES_FILE, TABLES_FILE + "-wal", TABLES_FILE + "-shm"])
def test_whatever_a_crash_leaves_of_the_file_the_pages_are_right(tmp_path: Path, name: str) -> None:
    copy = Copy(tmp_path, 1, "wal")
    copy.perform(*SETUP)
    before = image(copy)
    copy.storage.close()
    path = tmp_path / "n1" / name
    path.write_bytes(bytes(reversed(path.read_bytes())) if path.exists() else b"nonsense" * 1000)
    copy.reopen()
    assert image(copy) == before
    copy.perform(DANGEROUS[0])
    must_be_whole(copy)
    copy.close()


def test_a_tail_is_taken_back_byte_for_byte(tmp_path: Path) -> None:
    with leader_and_follower(tmp_path, "wal") as (old, new):
        old.perform(*SETUP)
        new.follow(old)
        before = image(old)
        for number in range(200):
            old.perform(f"INSERT INTO visits VALUES ('{'x' * 500}', '{number}')")
        old.perform("DELETE FROM visits")
        assert len(image(old)) > len(before)
        new.storage.promise(1)
        new.storage.append(1, [None])
        (mark,) = new.storage.entries_after(new.storage.last.sequence - 1, 1)
        old.storage.accept(1, parted_from(mark.position.sequence - 1, old), [mark], ignore, True)
        assert image(old) == before == image(new)
        must_be_whole(old)


def refused(follower: Copy, entry: Entry) -> LabError:
    """Why the follower does not take `entry`, and that it left no trace."""
    before, last = image(follower), follower.storage.last
    with pytest.raises(LabError) as error:
        follower.storage.accept(0, last, [entry], ignore, True)
    assert (image(follower), follower.storage.last) == (before, last)
    must_be_whole(follower)
    return error.value


def test_another_storage_format_refuses_the_log(tmp_path: Path) -> None:
    leader, follower = Copy(tmp_path, 1, "wal"), Copy(tmp_path, 2, "wal", form=OTHER_FORMAT)
    leader.perform(*SETUP)
    (entry,) = leader.storage.entries_after(0, 1)
    error = refused(follower, entry)
    assert error.kind.code == "storage-format" and error.definite
    for words in ("pages of 4096 bytes, text in UTF-8", "8192 bytes, text in UTF-16le", "'row'", "copy the"):
        assert words in error.text
    rows = Copy(tmp_path, 3, "row")
    with pytest.raises(LabError, match="storage-format: this copy takes no pages"):
        rows.follow(leader)
    for copy in (leader, follower, rows):
        copy.close()


def test_damaged_records_are_refused(tmp_path: Path) -> None:
    with leader_and_follower(tmp_path, "wal") as (leader, follower):
        leader.perform(*SETUP)
        (entry,) = leader.storage.entries_after(0, 1)
        record = entry.record
        assert isinstance(record, Frames)
        first = record.pages[0]
        for wrong in (
            replace(record, pages=(Page(first.number, first.data[:-1] + b"!"), *record.pages[1:])),
            replace(record, pages=(Page(first.number + 1, first.data), *record.pages[1:])),
            replace(record, pages=(Page(first.number, first.data[:-8]), *record.pages[1:])),
            replace(record, pages=record.pages[1:]),
            replace(record, pages=()),
            replace(record, size=record.size + 1),
            replace(record, checksum=(1, 2)),
        ):
            assert refused(follower, replace(entry, record=wrong)).kind.code == "log-damaged"
        follower.follow(leader)
        assert image(follower) == image(leader)


def test_too_large_a_transaction_leaves_nothing_behind(tmp_path: Path) -> None:
    copy = Copy(tmp_path, 1, "wal")
    copy.perform(*SETUP)
    many = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 400) "
    assert copy.refusal(many + f"INSERT INTO visits SELECT '{'x' * 1000}', i FROM n") == "too-large"
    must_be_whole(copy)
    copy.perform("INSERT INTO visits VALUES ('small', null)")
    must_be_whole(copy)
    copy.close()


def test_when_the_log_does_not_take_it_the_file_goes_back(tmp_path: Path) -> None:
    copy = Copy(tmp_path, 1, "wal")
    copy.perform(*SETUP)
    before, last = image(copy), copy.storage.last
    copy.storage._writer.pragma("max_page_count", 1)
    with pytest.raises(apsw.Error):
        copy.attempt(f"INSERT INTO visits VALUES ('{'x' * 20000}', null)")
    assert (image(copy), copy.storage.last) == (before, last)
    copy.storage._writer.pragma("max_page_count", 1 << 30)
    copy.perform("INSERT INTO visits VALUES ('again', null)")
    must_be_whole(copy)
    copy.close()


def test_what_only_reads_leaves_no_record(tmp_path: Path) -> None:
    copy = Copy(tmp_path, 1, "wal")
    (result,) = copy.perform("SELECT count(*) FROM items")
    assert (result.rows, copy.records(), copy.storage.last) == (((0,),), [], Position())
    copy.close()


def test_a_new_copy_is_always_the_same(tmp_path: Path) -> None:
    copies = [Copy(tmp_path, number, "wal") for number in (1, 2)]
    assert len({hashlib.sha256(image(copy)).hexdigest() for copy in copies}) == 1
    for copy in copies:
        copy.close()


def test_whoever_else_has_the_file_open_sees_whole_transactions_and_keeps_nobody_from_seeing_new_ones(
    tmp_path: Path,
) -> None:
    with leader_and_follower(tmp_path, "wal") as (leader, follower):
        leader.perform(*SETUP)
        follower.follow(leader)
        assert "items/tea" in follower.contents()
        with closing(apsw.Connection(str(tmp_path / "n2" / TABLES_FILE))) as outside:
            outside.execute("BEGIN")
            assert outside.execute("SELECT count(*) FROM items").get == 3
            leader.perform("DELETE FROM items", "DELETE FROM accounts")
            follower.follow(leader)
            assert outside.execute("SELECT count(*) FROM items").get == 3
            assert image(follower) == image(leader)
            outside.execute("COMMIT")
            assert outside.execute("SELECT count(*) FROM items").get in (0, 3)
            assert outside.pragma("integrity_check") == "ok"
        leader.perform(*SETUP)
        follower.follow(leader)
        assert image(follower) == image(leader)
        must_be_whole(follower)


def test_nobody_else_may_write_while_frames_are_appended(tmp_path: Path) -> None:
    with leader_and_follower(tmp_path, "wal") as (leader, follower):
        leader.perform(*SETUP)
        assert follower.contents() == {}
        with closing(apsw.Connection(str(tmp_path / "n2" / TABLES_FILE))) as outside:
            refusals = []
            write_bytes = follower.disk.write_bytes

            def appended(name: str, offset: int, data: bytes) -> None:
                try:
                    outside.execute("DELETE FROM items")
                except apsw.BusyError as error:
                    refusals.append(error)
                write_bytes(name, offset, data)

            with patch.object(follower.disk, "write_bytes", appended):
                follower.follow(leader)
            assert len(refusals) == 1
        assert image(follower) == image(leader)


@pytest.mark.parametrize("step", [997, pytest.param(13, marks=pytest.mark.long)], ids=["some", "many"])
@pytest.mark.parametrize("damage", DAMAGES)
def test_a_kill_in_the_middle_of_a_record_at_worst_makes_the_log_shorter(
    tmp_path: Path, damage: str, step: int
) -> None:
    leader = Copy(tmp_path, 1, "wal")
    leader.perform(*SETUP)
    leader.perform(*DANGEROUS)
    wal = tmp_path / "n1" / f"{DATABASE}-wal"
    older, images = wal.read_bytes(), {leader.storage.last.sequence: image(leader)}
    leader.perform("DELETE FROM items", "INSERT INTO visits VALUES ('last', null)")
    newer, images[leader.storage.last.sequence] = wal.read_bytes(), image(leader)
    base = (tmp_path / "n1" / DATABASE).read_bytes()
    leader.close()
    changed = [at for at, (a, b) in enumerate(zip(older, newer, strict=True)) if a != b]
    seen = set()
    for at in range(changed[0], changed[-1] + 1, step):
        shutil.rmtree(tmp_path / "n2", ignore_errors=True)
        (tmp_path / "n2").mkdir()
        (tmp_path / "n2" / DATABASE).write_bytes(base)
        (tmp_path / "n2" / wal.name).write_bytes(DAMAGES[damage](newer, at, changed[-1] + 1))
        copy = Copy(tmp_path, 2, "wal")
        assert image(copy) == images[copy.storage.last.sequence], at
        seen.add(copy.storage.last.sequence)
        copy.close()
    assert 2 in seen
