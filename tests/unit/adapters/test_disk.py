"""The disk: what is written is there, what is run comes in order, and wiping leaves nothing."""

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.adapters.disk import FileDisk


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[FileDisk]:
    disk = FileDisk(tmp_path / "data" / "n1")
    yield disk
    disk.close()


def test_databases_sync_every_commit(disk: FileDisk) -> None:
    connection = disk.connect("log.db")
    assert connection.pragma("journal_mode") == "wal"
    assert connection.pragma("synchronous") == 2  # full
    connection.close()


def test_a_file_is_replaced_whole(disk: FileDisk, tmp_path: Path) -> None:
    assert disk.read_text("state.json") is None
    disk.write_text("state.json", "a longer text")
    where = disk.write_text("state.json", "ä\nshort")
    assert disk.read_text("state.json") == "ä\nshort"
    assert Path(where).read_text(encoding="utf-8") == "ä\nshort"
    assert [path.name for path in Path(where).parent.iterdir()] == ["state.json"]


def test_another_disk_in_the_same_place_finds_everything(disk: FileDisk, tmp_path: Path) -> None:
    connection = disk.connect("log.db")
    connection.execute("create table t(x); insert into t values (7)")
    disk.write_text("note", "kept")
    again = FileDisk(tmp_path / "data" / "n1")
    assert again.connect("log.db").execute("select x from t").fetchall() == [(7,)]
    assert again.read_text("note") == "kept"
    again.close()


async def test_wiping_leaves_nothing(disk: FileDisk, tmp_path: Path) -> None:
    connection = disk.connect("log.db")
    connection.execute("create table t(x)")
    connection.close()
    disk.write_text("note", "gone")
    (tmp_path / "data" / "n1" / "folder").mkdir()
    await disk.wipe()
    assert list((tmp_path / "data" / "n1").iterdir()) == []
    await disk.wipe()


async def test_nothing_that_was_under_way_is_written_after_the_wiping(disk: FileDisk, tmp_path: Path) -> None:
    begun = threading.Event()

    def write() -> None:
        begun.set()
        for _ in range(20):
            disk.write_text("note", "late")

    writing = asyncio.ensure_future(disk.run(write))
    while not begun.is_set():
        await asyncio.sleep(0)
    writing.cancel()
    await disk.wipe()
    assert list((tmp_path / "data" / "n1").iterdir()) == []


async def test_work_runs_in_order_on_one_thread(disk: FileDisk) -> None:
    done: list[tuple[int, int]] = []
    await asyncio.gather(
        *(disk.run(lambda n=n: done.append((n, threading.get_ident()))) for n in range(50))  # type: ignore[misc]
    )
    assert [number for number, _ in done] == list(range(50))
    assert len({thread for _, thread in done}) == 1
    assert done[0][1] != threading.get_ident()


async def test_work_that_has_begun_ends_even_if_nobody_waits(disk: FileDisk) -> None:
    began, may_end, ended = threading.Event(), threading.Event(), threading.Event()

    def work() -> None:
        began.set()
        may_end.wait(5)
        ended.set()

    task = asyncio.create_task(disk.run(work))
    await asyncio.to_thread(began.wait, 5)
    task.cancel()
    may_end.set()
    await disk.run(lambda: None)
    assert ended.is_set()


async def test_an_error_reaches_the_caller(disk: FileDisk) -> None:
    with pytest.raises(ZeroDivisionError):
        await disk.run(lambda: 1 // 0)
