"""The file that SQLite works on while its own write-ahead log is shipped.

A leader's SQLite executes transactions on it, and the lab reads what SQLite appends to its log. On a follower
the lab itself appends the frames that came, under SQLite's write lock, and then SQLite opens the file as
after a crash: it reads the log from the beginning, checks every frame's salts and checksum, and takes what is
complete. So a reader sees a whole transaction or nothing of it.

Nothing here has to survive. What a crash leaves is thrown away, and the file is made again from the pages
stored with the log.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

import apsw

from services.messages.records import Format
from services.messages.values import Value
from services.sql import frames
from services.sql.frames import HEADER_BYTES, Committed, Frame, Header, Place

TABLES_FILE = "tables.db"
WAL = f"{TABLES_FILE}-wal"
CHECKPOINT_PAGES = 1000  # SQLite's own default


class Files(Protocol):
    """The part of `services.ports.Disk` that is needed here."""

    def size(self, name: str) -> int: ...  # noqa: D102

    def read_bytes(self, name: str, offset: int, amount: int) -> bytes: ...  # noqa: D102

    def write_bytes(self, name: str, offset: int, data: bytes) -> None: ...  # noqa: D102

    def remove(self, name: str) -> None: ...  # noqa: D102


class Working:
    """One connection to the file, opened when it is needed. For one thread only: call it through `Disk.run`.

    The file is made from what `image` returns; `prepare` is called with every connection.
    """

    def __init__(
        self,
        connect: Callable[[str], apsw.Connection],
        files: Files,
        form: Format,
        image: Callable[[], bytes],
        prepare: Callable[[apsw.Connection], None],
    ) -> None:
        self.form = form
        self.checkpoint_pages = CHECKPOINT_PAGES
        self._connect, self._files, self._image, self._prepare = connect, files, image, prepare
        self._open: apsw.Connection | None = None
        self._usable = False  # the file may be what a crash left behind
        self._closed = False
        self._log: tuple[Header, Place] | None = None  # where SQLite's log ends; None while it is empty
        self._written: int | None = None  # frames in the log, as the last commit says

    def database(self) -> apsw.Connection:
        """The connection. Raises `apsw.ConnectionClosedError` after `close`."""
        if self._closed:
            raise apsw.ConnectionClosedError(f"{TABLES_FILE} is closed")
        if not self._usable:
            self._make()
        if self._open is None:
            self._open = self._opened()
            if not self._sees_all(self._open):
                self._make()
                self._open = self._opened()
        return self._open

    def account(self) -> dict[str, Value]:
        """The file as a reader sees it, under its name: its format, and the SHA-256 of all pages."""
        image = self.database().serialize("main")
        form, digest = self.form, hashlib.sha256(image).hexdigest()
        size = len(image) // form.page_size
        return {TABLES_FILE: {"pages": size, "of": str(form), "sha256": digest}}

    def taken(self) -> Committed | None:
        """The transaction appended to the log since the last call, None if there was none."""
        if self._written is None:
            return None
        header = frames.header_of(self._files.read_bytes(WAL, 0, HEADER_BYTES))
        begin = self._log[1] if self._log and self._log[0] == header else header.start
        end = HEADER_BYTES + self._written * header.frame_bytes
        appended = self._files.read_bytes(WAL, begin.offset, end - begin.offset)
        self._written = None
        (committed,) = frames.transactions(appended, header, begin, base=begin.offset)
        self._log = header, committed.end
        return committed

    def install(self, transactions: Iterable[Sequence[Frame]]) -> None:
        """Append these transactions to the log and let SQLite find them there."""
        database = self.database()
        database.execute("BEGIN IMMEDIATE")  # keep other writers out
        try:
            header, place = self._log or self._new_log()
            data, offset = (b"", place.offset) if self._log else (header.encoded(), 0)
            for transaction in transactions:
                more, place = frames.encoded(transaction, header, place)
                data += more
            self._files.write_bytes(WAL, offset, data)
            self._log = header, place
        finally:
            database.execute("ROLLBACK")
            self._shut()

    def checkpoint(self) -> None:
        """If SQLite's log has become long, let SQLite move it into the file and begin it anew."""
        if self._log and self._log[1].offset > self.checkpoint_pages * self._log[0].frame_bytes:
            self.database().wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
            self._log = None

    def forget(self) -> None:
        """The file's contents are not what they should be: make it again before it is used."""
        self._usable = False

    def close(self) -> None:
        """Close it for good."""
        self._shut()
        self._closed = True

    def _opened(self) -> apsw.Connection:
        connection = self._connect(TABLES_FILE)
        connection.pragma("synchronous", "off")
        connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
        connection.set_wal_hook(self._committed)
        self._prepare(connection)
        return connection

    def _sees_all(self, connection: apsw.Connection) -> bool:
        """False if SQLite did not reread its log because another process, say a reader, has the file open."""
        connection.pragma("user_version")
        seen, _ = connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_NOOP)
        if self._log is None:
            return seen == 0
        header, end = self._log
        return end.offset == HEADER_BYTES + seen * header.frame_bytes

    def _make(self) -> None:
        self._shut()
        for name in (TABLES_FILE, WAL, f"{TABLES_FILE}-shm"):
            self._files.remove(name)
        self._files.write_bytes(TABLES_FILE, 0, self._image())
        self._log, self._usable = None, True

    def _new_log(self) -> tuple[Header, Place]:
        header = Header(self.form.page_size, salts=(1, 1))  # the file is empty: no leftovers
        return header, header.start

    def _shut(self) -> None:
        connection, self._open, self._written = self._open, None, None
        if connection is not None:
            connection.close()

    def _committed(self, _: apsw.Connection, __: str, pages: int) -> int:
        self._written = pages
        return apsw.SQLITE_OK
