"""A node that begins on a full disk says so once and waits; what it could not finish is not left behind."""

import errno
from pathlib import Path

import apsw
import pytest

from services.adapters import disk as disks
from services.adapters.disk import FileDisk
from services.node import when_there_is_room
from tests.world.alone import Lines, ports
from tests.world.peers import Peers
from tests.world.virtually import simulated


@pytest.mark.parametrize("error", [apsw.FullError("full"), OSError(errno.ENOSPC, "full")])
@simulated
async def test_a_full_disk_is_waited_for(error: Exception) -> None:
    lines, refusals = Lines(), [error, error, error]

    async def begin() -> str:
        if refusals:
            raise refusals.pop()
        return "begun"

    assert await when_there_is_room(ports("n1", Peers(), lines), begin) == "begun"
    assert lines == ["waits-for-room"]


@simulated
async def test_another_failure_is_one() -> None:
    async def begin() -> None:
        raise OSError(errno.EACCES, "not yours")

    with pytest.raises(OSError, match="not yours"):
        await when_there_is_room(ports("n1", Peers()), begin)


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
