"""The storage engine's own log: the frames that SQLite wrote into its `-wal` file for this one transaction.

Before the write everything is moved into the database's file, so that SQLite begins its log anew: the file
then holds the page that each frame replaces. What is shown are the bytes of the log's file. To a follower
travel the pages and checksums out of them, as a record of the lab's log (`services.messages.records`).
"""

from collections.abc import Mapping, Sequence
from contextlib import closing
from typing import NamedTuple

from chaos.logdiff import pages
from chaos.logdiff.copies import Copy, MakeDisk, World, differences, messages, prepared
from chaos.logdiff.pieces import Field, Followed, Kind, Piece, Range, Shown
from chaos.logdiff.request import Request
from services.ports import OTHER_FORMAT, Disk
from services.sql import frames
from services.sql.frames import FRAME_HEADER_BYTES, HEADER_BYTES, Frame, Header
from services.sql.schema import TABLES
from services.sql.working import TABLES_FILE, WAL

COLUMNS: Mapping[str, tuple[str, ...]] = {
    **{table.name: table.columns for table in TABLES.values()},
    **{f"sqlite_autoindex_{table.name}_1": (str(table.key), "row") for table in TABLES.values()},
    "sqlite_sequence": ("name", "seq"),
    "sqlite_schema": ("type", "name", "table", "first page", "sql"),
}
MOST_ROWS_TOLD = 4
AT_ONCE, NEVER = 0, 1 << 30  # pages in SQLite's log before it is moved into the file


class Use(NamedTuple):
    """What a page is there for, in the words of SQLite's dbstat."""

    of: str
    kind: str


class Recorded(NamedTuple):
    """The file before the transaction, the log with it alone, what each page is for now."""

    before: bytes
    log: bytes
    uses: Mapping[int, Use]


def by_pages(request: Request, make_disk: MakeDisk, world: World) -> Shown:
    """Execute the request, show what SQLite wrote to its log, and ship it."""
    with (
        closing(Copy(make_disk("wal-leader"), world.of_leader(), "wal")) as leader,
        closing(Copy(make_disk("wal-follower"), world.of_follower(), "wal")) as follower,
        closing(Copy(make_disk("wal-other-format"), world.of_follower(), "wal", OTHER_FORMAT)) as other,
    ):
        leader.storage.checkpoint_after(AT_ONCE)
        prepared(request, leader, follower)
        leader.storage.checkpoint_after(NEVER)
        begin = leader.storage.last.sequence
        recorded = _recorded(request, leader)
        size = sum(map(len, messages(leader.storage, leader.after(begin))))
        return Shown("wal", pieces(recorded), size, _followed(leader, follower, other))


def _recorded(request: Request, leader: Copy) -> Recorded:
    """Execute the request when SQLite's log is empty, so that afterwards nothing else is in it."""
    before = _whole(leader.disk, TABLES_FILE)
    assert not leader.disk.size(WAL)
    leader.perform(request.statements)
    rows = leader.database.execute("SELECT pageno, name, pagetype FROM dbstat")
    uses = {number: Use(name, kind) for number, name, kind in rows}
    return Recorded(before, _whole(leader.disk, WAL), uses)


def pieces(recorded: Recorded) -> list[Piece]:
    """The header, and each frame against the page that it replaces; nothing where nothing was written."""
    if not recorded.log:
        return []
    header = frames.header_of(recorded.log)
    found, at = [_header(recorded.log, header)], HEADER_BYTES
    images = dict(enumerate(_split(recorded.before, header.page_size), start=1))
    for frame in (frame for each in frames.transactions(recorded.log, header) for frame in each.frames):
        data = recorded.log[at : at + header.frame_bytes]
        use = recorded.uses.get(frame.page, Use("nothing", "free"))
        found.append(_frame(frame, data, images.get(frame.page), use))
        images[frame.page] = frame.data
        at += header.frame_bytes
    return found


def _header(log: bytes, header: Header) -> Piece:
    names = ("magic", "format", "page size", "checkpoint", "salt 1", "salt 2", "checksum 1", "checksum 2")
    reading = f"pages of {header.page_size:,} bytes; {header.checkpoint} times the file was begun anew"
    return Piece("header, once for each use of the file", log[:HEADER_BYTES], _words(log, names), [reading])


def _frame(frame: Frame, data: bytes, before: bytes | None, use: Use) -> Piece:
    """Against the page before it; a new one is held against an empty page."""
    names = ("page", "pages after commit", "salt 1", "salt 2", "checksum 1", "checksum 2")
    inside = pages.fields(frame.data, frame.page, use.kind, COLUMNS.get(use.of, ()))
    moved = [field._replace(offset=field.offset + FRAME_HEADER_BYTES) for field in inside]
    ranges = changed(before or bytes(len(frame.data)), frame.data)
    unlike = sum(end - begin for begin, end in ranges)
    told = [
        f"page {frame.page}, {'' if before else 'a new '}{use.kind} of {use.of}; "
        f"{unlike:,} of {len(frame.data):,} bytes are news",
        *_rows(inside, ranges),
    ]
    if frame.size:
        told.append(f"the commit: from now on the database has {frame.size} pages")
    news = [(0, FRAME_HEADER_BYTES), *((b + FRAME_HEADER_BYTES, e + FRAME_HEADER_BYTES) for b, e in ranges)]
    title = f"frame of page {frame.page}{', the commit' if frame.size else ''}"
    return Piece(title, data, [*_words(data, names), *moved], told, news)


def _words(data: bytes, names: Sequence[str]) -> list[Field]:
    return [
        Field(4 * place, 4, name, _word(data[4 * place : 4 * place + 4], name), _kind(name))
        for place, name in enumerate(names)
    ]


def _word(word: bytes, name: str) -> str:
    return f"{int.from_bytes(word):,}" if name.startswith(("page", "checkpoint", "format")) else word.hex()


def _kind(name: str) -> Kind:
    return "check" if name.startswith(("salt", "checksum")) else "place" if name == "page" else "what"


def _rows(fields: Sequence[Field], ranges: Sequence[Range]) -> list[str]:
    """The rows of which any byte has changed, in words."""
    rows, cell = dict[str, None](), ""
    for field in fields:
        cell = field.value if field.kind == "place" else cell
        if cell and field.kind in ("place", "value") and _touched(field, ranges):
            rows[cell] = None
    more = len(rows) - MOST_ROWS_TOLD
    return [*list(rows)[:MOST_ROWS_TOLD], *([f"… and {more} more"] if more > 0 else [])]


def _touched(field: Field, ranges: Sequence[Range]) -> bool:
    return any(begin < field.offset + field.length and end > field.offset for begin, end in ranges)


def changed(before: bytes, after: bytes) -> list[Range]:
    """Where two pages of the same size differ."""
    ranges, begin = list[Range](), None
    for at in range(len(after) + 1):
        differs = at < len(after) and before[at] != after[at]
        if differs and begin is None:
            begin = at
        elif not differs and begin is not None:
            ranges.append((begin, at))
            begin = None
    return ranges


def _followed(leader: Copy, follower: Copy, other: Copy) -> Followed:
    """Ship everything to both followers; then compare contents, and the whole files."""
    other_format, refusal = other.takes(leader)
    follower.follow(leader)
    found = differences(leader.contents(), follower.contents())
    same = leader.database.serialize("main") == follower.database.serialize("main")
    result = "is like the leader's, byte for byte" if same and not found else "is another file"
    return Followed(result, found, other_format, refusal)


def _whole(disk: Disk, name: str) -> bytes:
    return disk.read_bytes(name, 0, disk.size(name))


def _split(data: bytes, size: int) -> list[bytes]:
    return [data[at : at + size] for at in range(0, len(data), size)]
