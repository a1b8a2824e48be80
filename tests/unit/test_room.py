"""A node that begins on a full disk says so once and waits; what it could not finish is not left behind."""

import errno
from pathlib import Path
from random import Random

import apsw
import pytest

from services.adapters import disk as disks
from services.adapters.clock import SystemClock
from services.adapters.disk import FileDisk
from services.adapters.tasks import OrderedTasks
from services.node import when_there_is_room
from services.ports import Env
from tests.unit.in_process import Story


def crashed(task: str, error: BaseException) -> None:
    raise AssertionError(task) from error


def env_on(disk: FileDisk, lines: list[tuple[str, str]]) -> Env:
    clock = SystemClock()
    return Env("n1", clock, None, disk, Random(1), OrderedTasks(crashed), Story("n1", lines))  # type: ignore[arg-type]


@pytest.mark.parametrize("error", [apsw.FullError("full"), OSError(errno.ENOSPC, "full")])
async def test_a_full_disk_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    monkeypatch.setattr("services.node.ROOM_S", 0.001)
    lines: list[tuple[str, str]] = []
    refusals = [error, error, error]

    async def begin() -> str:
        if refusals:
            raise refusals.pop()
        return "begun"

    disk = FileDisk(tmp_path)
    assert await when_there_is_room(env_on(disk, lines), begin) == "begun"
    assert lines == [("n1", "waits-for-room")]
    disk.close()


async def test_another_failure_is_one(tmp_path: Path) -> None:
    async def begin() -> None:
        raise OSError(errno.EACCES, "not yours")

    disk = FileDisk(tmp_path)
    with pytest.raises(OSError, match="not yours"):
        await when_there_is_room(env_on(disk, []), begin)
    disk.close()


def test_half_a_database_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_room(connection: apsw.Connection) -> None:
        connection.execute("CREATE TABLE filler(x)")
        raise apsw.FullError("full")

    disk = FileDisk(tmp_path)
    with monkeypatch.context() as full, pytest.raises(apsw.FullError):
        full.setattr(disks, "_grow_write_ahead_log", no_room)
        disk.connect("replica.db")
    assert list(tmp_path.iterdir()) == []
    assert list(disk.connect("replica.db").execute("SELECT name FROM sqlite_schema")) == []
    disk.close()
