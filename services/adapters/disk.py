"""The disk port on a real directory: SQLite databases and small files that survive a crash.

It uses write-ahead logging, so that readers never wait for the writer, and syncs on every commit, so that
"committed" means "on the disk". All blocking work of a node goes through one thread, in order.
"""

import asyncio
import os
import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TypeVar

import apsw

from services.adapters.worker import Worker
from services.ports import USUAL_FORMAT, StorageFormat

T = TypeVar("T")

BUSY_TIMEOUT_MS = 5000
LOG_BYTES = 4 * 1024 * 1024  # at this size (1000 pages) SQLite makes a checkpoint by itself


class FileDisk:
    """See `services.ports.Disk`; everything is in `directory`, which is made if it is missing."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self._directory = directory
        self._worker = Worker("disk")

    def connect(self, name: str, form: StorageFormat = USUAL_FORMAT) -> apsw.Connection:
        """Open the database `name`, or create it in that format. Raises `apsw.Error` when it cannot."""
        path = self._directory / name
        new = not path.exists()
        connection = apsw.Connection(str(path))
        try:
            self._prepare(connection, form, new)
        except apsw.Error:
            connection.close()
            if new:  # do not leave half a database behind
                for half in ("", "-wal", "-shm"):
                    self.remove(name + half)
            raise
        return connection

    @staticmethod
    def _prepare(connection: apsw.Connection, form: StorageFormat, new: bool) -> None:
        connection.set_busy_timeout(BUSY_TIMEOUT_MS)
        for pragma, value in form.pragmas.items():
            connection.pragma(pragma, value)
        connection.execute("pragma journal_mode = wal; pragma synchronous = full; pragma fullfsync = on")
        if new:
            _grow_write_ahead_log(connection)

    async def run(self, work: Callable[[], T], short: bool = False) -> T:
        """Run `work` on the node's disk thread. Once begun, it finishes even if the caller is cancelled."""
        return await self._worker.do(work, short)

    def read_text(self, name: str) -> str | None:
        """The content of the small file `name`, None when there is none."""
        try:
            return (self._directory / name).read_text(encoding="utf-8")
        except FileNotFoundError:
            return None

    def write_text(self, name: str, text: str) -> str:
        """Replace the file `name`, atomically and synced; returns its path."""
        path = self._directory / name
        draft = path.with_name(path.name + ".draft")
        with draft.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
        _sync_directory(self._directory)
        return str(path)

    async def backup(self, database: str, copy: str) -> None:
        """See `Disk`. It has its own thread and connection, so nothing else waits for it."""
        await asyncio.to_thread(self._back_up, database, copy)

    def size(self, name: str) -> int:
        """See `Disk`."""
        path = self._directory / name
        return path.stat().st_size if path.exists() else 0

    def read_bytes(self, name: str, offset: int, amount: int) -> bytes:
        """See `Disk`. SQLite reads it, because closing a database's file would release the locks on it."""
        path = str(self._directory / name)
        file = apsw.VFSFile("", path, [apsw.SQLITE_OPEN_MAIN_DB | apsw.SQLITE_OPEN_READONLY, 0])
        try:
            amount = max(0, min(amount, file.xFileSize() - offset))
            return file.xRead(amount, offset) if amount else b""
        finally:
            file.xClose()

    def write_bytes(self, name: str, offset: int, data: bytes) -> None:
        """See `Disk`."""
        handle = os.open(self._directory / name, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            os.pwrite(handle, data, offset)
            os.fsync(handle)
        finally:
            os.close(handle)

    def rename(self, name: str, to: str) -> None:
        """See `Disk`."""
        (self._directory / name).replace(self._directory / to)
        _sync_directory(self._directory)

    def remove(self, name: str) -> None:
        """See `Disk`."""
        (self._directory / name).unlink(missing_ok=True)

    def _back_up(self, database: str, copy: str) -> None:
        self.remove(copy)
        with (
            closing(apsw.Connection(str(self._directory / database))) as source,
            closing(apsw.Connection(str(self._directory / copy))) as target,
            target.backup("main", source, "main") as backup,
        ):
            source.set_busy_timeout(BUSY_TIMEOUT_MS)
            backup.step()

    async def wipe(self) -> None:
        """See `Disk`. It waits for all work: that of a cancelled caller goes on, and could write later."""
        await self.run(_nothing)
        for path in self._directory.iterdir():
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()
        _sync_directory(self._directory)

    def close(self) -> None:
        """Let the current work finish and end the thread."""
        self._worker.close()


def _nothing() -> None:
    """Work that ends at once when its turn comes."""


def _grow_write_ahead_log(connection: apsw.Connection) -> None:
    """Give the write-ahead log its full size once, before anybody waits for it.

    Syncing a file that has grown costs several times as much as syncing one that has not, and after each
    checkpoint SQLite overwrites its log from the beginning.
    """
    filler = f"CREATE TABLE filler(x); INSERT INTO filler VALUES (zeroblob({LOG_BYTES})); DROP TABLE filler"
    connection.execute(f"{filler}; VACUUM; pragma wal_checkpoint(restart)").fetchall()


def _sync_directory(directory: Path) -> None:
    """Make renames and removals durable: they change the directory, not the file."""
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
