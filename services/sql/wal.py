"""The physical log: what a transaction wrote into SQLite's own write-ahead log, page by page.

The leader executes a transaction and ships the frames that SQLite appended for it; a follower puts the same
pages into the same places. It executes nothing and interprets nothing, so nothing can differ, and its
database is the leader's, byte for byte. The price: a copy with another page size or text encoding cannot use
these pages and must refuse them.

(PostgreSQL's streaming replication ships its write-ahead log like this, and refuses a standby of another
major version; Litestream and LiteFS ship SQLite's.)
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

import apsw
import msgspec

from services.errors import LabError
from services.messages.records import AnyRecord, Format, Frames, Page, RowRecord, Statement
from services.messages.sql import ResultSet
from services.settings.single_leader import ReplicationLog
from services.sql import door, frames, functions, schema
from services.sql.counters import Counters
from services.sql.frames import Checksum, Committed, Frame, Header, Place
from services.sql.functions import Outside
from services.sql.pages import Change, Pages, new_image
from services.sql.tables import MOST_RECORD_BYTES, Performed
from services.sql.working import Files, Working

BEGIN = Place(0, (0, 0))
REMEDY = (
    "ship rows instead (replication_log 'row'), or stop all replicas together, upgrade them, and copy the "
    "leader's data"
)


class WalTables:
    """Like `Tables`, over a file of their own; `database` holds the log, and the pages with it."""

    def __init__(
        self,
        database: apsw.Connection,
        connect: Callable[[str], apsw.Connection],
        files: Files,
        outside: Outside,
        log: ReplicationLog = "wal",
    ) -> None:
        self.log = log
        self.form = form_of(database)
        self._pages = pages = Pages(database, self.form.page_size)
        if not pages.size:
            with database:
                pages.replace_all(new_image(self.form, lambda new: _create(new, outside)))
        self.working = Working(
            connect, files, self.form, pages.image, lambda opened: functions.register(opened, outside)
        )
        self.counters = Counters(self.working.database)
        self._pending: list[list[Frame]] = []

    def perform(self, statements: Sequence[Statement]) -> Performed:
        """See `Tables`."""
        with self.working.database():
            results = tuple(self._execute(one) for one in statements)
        taken = self.working.taken()
        if taken is None:
            return Performed((), b"", results)
        record = self._record(taken)
        if len(msgspec.json.encode(record)) > MOST_RECORD_BYTES:
            self.forget()
            raise LabError("too-large", f"a transaction may have {MOST_RECORD_BYTES} bytes in the log")
        undo = self._pages.put(Change(taken.pages, taken.size))
        return Performed((record,), undo, results)

    def apply(self, record: AnyRecord, _: Callable[[int], Iterable[RowRecord]]) -> bytes:
        """See `Tables`. If it raises `LabError` storage-format or log-damaged, nothing has changed."""
        if not isinstance(record, Frames):
            raise LabError("copies-differ", f"a {type(record).__name__} is not a page of a database's file")
        if record.form != self.form:
            raise LabError("storage-format", f"the log has {record.form}, this copy {self.form}; {REMEDY}")
        transaction = _transaction(record)
        self._pending.append(transaction)
        return self._pages.put(Change({frame.page: frame.data for frame in transaction}, record.size))

    def take_back(self, undo: bytes) -> None:
        """See `Tables`. Raises `LabError` log-gone if there was an upgrade in between."""
        self._pending.append(_frames(*self._pages.take_back(undo)))

    def checkpoint_after(self, pages: int) -> None:
        """Move SQLite's log into the file whenever it has `pages` pages."""
        self.working.checkpoint_pages = pages

    def settle(self) -> None:
        """The caller's transaction is durable: show it to readers, later if that fails now."""
        pending, self._pending = self._pending, []
        try:
            if pending:
                self.working.install(pending)
            self.working.checkpoint()
        except (apsw.Error, OSError):
            self.working.forget()

    def forget(self) -> None:
        """The caller's transaction was rolled back."""
        self._pending = []
        self.working.forget()

    def close(self) -> None:
        """Close it for good."""
        self.working.close()

    def _execute(self, asked: Statement) -> ResultSet:
        with self.counters.kept():
            return door.run(self.working.database(), asked, may_write=True)[0]

    def _record(self, committed: Committed) -> Frames:
        return Frames(
            form=self.form,
            checksum=_checksum(committed.frames, self.form),
            size=committed.size,
            pages=tuple(Page(frame.page, frame.data) for frame in committed.frames),
        )


def form_of(database: apsw.Connection) -> Format:
    """The format of this database's file."""
    return Format(database.pragma("page_size"), database.pragma("encoding"))


def _create(database: apsw.Connection, outside: Outside) -> None:
    functions.register(database, outside)
    schema.create(database, for_reports=False, outbox=outside.outbox)


def _transaction(record: Frames) -> list[Frame]:
    """The frames of `record`, checked to be what the leader's SQLite wrote. Raises `LabError` log-damaged."""
    pages = [Frame(page.number, 0, page.data) for page in record.pages]
    try:
        written = [*pages[:-1], pages[-1]._replace(size=record.size)]
        checksum = _checksum(written, record.form)
    except (ValueError, IndexError) as error:
        raise LabError("log-damaged", f"a record has no pages, or incomplete ones: {error}") from error
    if checksum != record.checksum:
        text = f"the pages of a record add up to {checksum}, its checksum says {record.checksum}"
        raise LabError("log-damaged", text)
    return written


def _checksum(written: Iterable[Frame], form: Format) -> Checksum:
    return frames.encoded(written, Header(form.page_size, salts=(0, 0)), BEGIN)[1].checksum


def _frames(pages: Mapping[int, bytes], size: int) -> list[Frame]:
    *first, last = (Frame(number, 0, data) for number, data in sorted(pages.items()) if number <= size)
    return [*first, last._replace(size=size)]
