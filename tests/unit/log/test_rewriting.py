"""An upgrade to another storage format keeps rows, log and positions, and says what it cannot keep."""

from collections.abc import Callable
from pathlib import Path

import pytest

from services.errors import LabError
from services.messages import Operation
from services.ports import OTHER_FORMAT, USUAL_FORMAT
from services.settings.single_leader import ReplicationLog
from services.single_leader.storage import DATABASE
from services.sql import rewriting
from services.sql.rewriting import DRAFT, rewrite
from services.sql.wal import form_of
from tests.unit.log.copies import Copy
from tests.unit.log.test_formats import DANGEROUS, SETUP, ignore, parted_from
from tests.unit.log.test_wal import image, must_be_whole

LOGS: tuple[ReplicationLog, ...] = ("row", "wal")
each_log = pytest.mark.parametrize("log", LOGS)


def upgrade(copy: Copy) -> None:
    """Stop it, let it find itself told to use the other format, start it."""
    copy.storage.close()
    assert rewrite(copy.disk, DATABASE, OTHER_FORMAT)
    copy.form = OTHER_FORMAT
    copy.storage = copy._opened()


def filled(directory: Path, log: ReplicationLog, number: int = 1) -> Copy:
    copy = Copy(directory, number, log)
    copy.perform(*SETUP, "INSERT INTO orders(item, placed) VALUES ('Œuf 😀', now()), ('tea', null)")
    copy.perform(
        "INSERT INTO visits VALUES ('home', 'ann'), ('home', 'ben')", "DELETE FROM orders WHERE id = 2"
    )
    copy.perform("UPDATE accounts SET balance = balance + 1")
    copy.storage.promise(3)
    copy.storage.append(3, [Operation("put", "k", "ü"), Operation("add", "s", 1)])
    return copy


@each_log
def test_rows_log_and_positions_stay(tmp_path: Path, log: ReplicationLog) -> None:
    copy = filled(tmp_path, log)
    before = copy.contents(), copy.storage.contents(), copy.storage.last, copy.storage.entries_after(0, 100)
    upgrade(copy)
    storage = copy.storage
    assert (copy.contents(), storage.contents(), storage.last, storage.entries_after(0, 100)) == before
    assert storage.epoch == 3
    assert (form_of(storage.reader).page_size, form_of(copy.tables()).encoding) == (8192, "UTF-16le")
    (result,) = copy.perform("INSERT INTO orders(item) VALUES ('next')")
    assert result.key == 3, "the counter of keys is part of it"
    copy.perform("UPDATE accounts SET balance = 0")
    assert copy.tables().execute("SELECT count(*) FROM audit").get == 2, "so are triggers"
    copy.close()


def test_equal_copies_are_equal_afterwards(tmp_path: Path) -> None:
    leader, follower = filled(tmp_path, "wal"), Copy(tmp_path, 2, "wal")
    follower.follow(leader)
    for copy in (leader, follower):
        upgrade(copy)
        must_be_whole(copy)
    assert image(leader) == image(follower)
    leader.perform(*DANGEROUS)
    follower.follow(leader)
    assert image(leader) == image(follower)
    for copy in (leader, follower):
        copy.close()


def test_nothing_happens_to_data_in_the_right_format(tmp_path: Path) -> None:
    copy = filled(tmp_path, "row")
    copy.storage.close()
    assert not rewrite(copy.disk, DATABASE, USUAL_FORMAT)
    assert not rewrite(copy.disk, "nothing.db", OTHER_FORMAT)
    copy.disk.close()


@each_log
def test_a_crash_in_the_midst_leaves_the_old_data(
    tmp_path: Path, log: ReplicationLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = filled(tmp_path, log)
    before = copy.contents()
    copy.storage.close()

    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(rewriting, "_rewrite_pages", crash)
        rewrite(copy.disk, DATABASE, OTHER_FORMAT)
    assert (tmp_path / "n1" / DRAFT).exists()
    (tmp_path / "n1" / f"{DRAFT}-wal").write_bytes(b"left behind")
    copy.storage = copy._opened()
    assert copy.contents() == before
    upgrade(copy)
    assert copy.contents() == before
    copy.close()


def tail_of_another(copy: Copy, then: Callable[[], None]) -> None:
    """Another leader never heard of what `copy` did last; `then` happens before `copy` hears of that."""
    copy.perform("DELETE FROM visits")
    at = copy.storage.last.sequence - 1
    then()
    copy.storage.promise(9)
    other = Copy(copy.disk._directory, 9, copy.log)
    other.storage.promise(9)
    other.storage.append(9, [None] * (at + 1))
    (mark,) = other.storage.entries_after(at, 1)
    other.close()
    copy.storage.accept(9, parted_from(at, copy), [mark], ignore, True)


def test_a_tail_of_rows_is_taken_back_across_an_upgrade(tmp_path: Path) -> None:
    copy = filled(tmp_path, "row")
    before = copy.contents()
    tail_of_another(copy, lambda: upgrade(copy))
    assert copy.contents() == before
    copy.close()


def test_a_tail_of_pages_is_not_and_a_copy_is_asked_for(tmp_path: Path) -> None:
    copy = filled(tmp_path, "wal")
    with pytest.raises(LabError, match=r"log-gone: .* pages of 4096 bytes, before an upgrade"):
        tail_of_another(copy, lambda: upgrade(copy))
    must_be_whole(copy)
    assert "visits" not in copy.contents()
    copy.close()
