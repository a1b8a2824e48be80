"""A kill in the middle of a write: whatever is left of the last record, the state is that of a shorter log.

The write-ahead log of the real SQLite file is damaged at every byte offset of the last record (cut off,
zeroed from there on, one byte flipped) and opened again. What comes out must be the state before that record
or, where the damage has no effect, after it; never anything else, and the log must say which.
"""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import apsw
import pytest

from services.adapters.disk import FileDisk
from services.messages import Operation, Position, Value
from services.single_leader.storage import DATABASE, Storage

WAL = DATABASE + "-wal"
EVERY = 1
SOME = 149  # a prime, so that it meets all parts of frames and of their headers

DAMAGES: dict[str, Callable[[bytes, int, int], bytes]] = {
    "truncated": lambda wal, at, end: wal[:at],
    "zeroed": lambda wal, at, end: wal[:at] + bytes(end - at) + wal[end:],
    "flipped": lambda wal, at, end: wal[:at] + bytes([wal[at] ^ 0xFF]) + wal[at + 1 :],
}


class Killed(NamedTuple):
    """The files as a kill leaves them after six writes, and where in its log the last one lies."""

    directory: Path
    wal: bytes
    begin: int
    end: int


@pytest.fixture
def killed(tmp_path: Path) -> Killed:
    alive = tmp_path / "alive"
    disk = FileDisk(alive)
    storage = Storage(disk.connect)
    storage.promise(1)
    for number in range(1, 6):
        storage.append(1, [Operation("put", f"k{number}", number), Operation("add", "all", number)])
    before = (alive / WAL).read_bytes()
    storage.append(1, [Operation("put", "k1", "again"), Operation("add", "all", 6)])
    after = (alive / WAL).read_bytes()
    left = tmp_path / "left"
    left.mkdir()
    shutil.copy(alive / DATABASE, left / DATABASE)
    storage.close()
    disk.close()
    changed = [offset for offset, pair in enumerate(zip(before, after, strict=True)) if pair[0] != pair[1]]
    return Killed(left, after, changed[0], changed[-1] + 1)


def opened(killed: Killed, wal: bytes) -> tuple[Position, dict[str, Value], dict[str, list[Value]]]:
    """What a replica finds that starts on these files."""
    (killed.directory / WAL).write_bytes(wal)
    original = (killed.directory / DATABASE).read_bytes()

    def connect(name: str) -> apsw.Connection:
        connection = apsw.Connection(str(killed.directory / name))
        connection.pragma("synchronous", "off")  # nobody will pull the plug on this one
        return connection

    storage = Storage(connect)
    found = (storage.last, *storage.contents())
    assert [entry.position.sequence for entry in storage.entries_after(0, -1)] == [
        *range(1, found[0].sequence + 1)
    ]
    storage.close()
    (killed.directory / DATABASE).write_bytes(original)
    return found


def damaged(killed: Killed, step: int) -> Iterator[tuple[str, int, bytes]]:
    for name, damage in DAMAGES.items():
        for at in range(killed.begin, killed.end, step):
            yield name, at, damage(killed.wal, at, killed.end)


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("step", [SOME, pytest.param(EVERY, marks=pytest.mark.long)], ids=["some", "every"])
def test_damage_to_the_last_record_at_worst_makes_the_log_shorter(killed: Killed, step: int) -> None:
    after = opened(killed, killed.wal)
    before = opened(killed, killed.wal[: killed.begin])
    assert (before[0].sequence, after[0].sequence) == (10, 12)
    assert before[1]["k1"] == 1 and after[1]["k1"] == "again"
    shorter = 0
    for name, at, wal in damaged(killed, step):
        found = opened(killed, wal)
        assert found in (before, after), (name, at)
        shorter += found == before
    assert shorter > 0
