"""SQLite's own write-ahead log: its header, its frames, their checksums. Bytes in, bytes out, no files.

A log is a header of 32 bytes, then frames. A frame is 24 bytes that say which page this is, and the page. The
last frame of a transaction also says how many pages the database then has; what follows the last such frame
never happened. Each frame repeats the header's salts, which tell it from leftovers of an earlier use of the
file, and has a checksum of all that came before it *and* of itself. So a reader knows without further help
where the log ends, whatever a crash has done to the rest.

| header | big-endian, 4 bytes each | frame | big-endian, 4 bytes each |
|---|---|---|---|
| 0 | magic; its last bit: checksums add up big-endian words | 0 | page number, from 1 |
| 4 | format version, 3007000 | 4 | pages of the database after a commit, else 0 |
| 8 | page size | 8 | salts, as in the header |
| 12 | checkpoint sequence number | 16 | checksum up to here |
| 16 | salts: a counter, and a random number | 24 | the page |
| 24 | checksum of the 24 bytes before it | | |

(The format is described in "WAL-mode File Format", https://www.sqlite.org/walformat.html.)
"""

import struct
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple, TypeAlias

Checksum: TypeAlias = tuple[int, int]

MAGIC = 0x377F0682  # its last bit is the byte order of the words that are summed
FORMAT = 3007000
HEADER_BYTES, FRAME_HEADER_BYTES = 32, 24
SMALLEST_PAGE, LARGEST_PAGE = 512, 65536
_SUMMED = 24  # bytes of the header that its checksum covers
_WORD = 0xFFFFFFFF
_HEADER, _FRAME, _CHECKSUM = struct.Struct(">6I"), struct.Struct(">4I"), struct.Struct(">2I")


class Unreadable(ValueError):  # noqa: N818 - it reads as what it says
    """The bytes are not a write-ahead log of a known format; the text says what is there instead."""


class Place(NamedTuple):
    """Where a transaction ends in the file, and the checksum up to there, which the next one continues."""

    offset: int
    checksum: Checksum


class Header(NamedTuple):
    """The beginning of the file. `checkpoint` counts how often the log was begun anew."""

    page_size: int
    salts: tuple[int, int]
    checkpoint: int = 0
    big_endian: bool = False

    @property
    def start(self) -> Place:
        """Where the first frame goes."""
        return Place(HEADER_BYTES, summed(self._summed(), (0, 0), self.big_endian))

    @property
    def frame_bytes(self) -> int:
        """The length of one frame in the file."""
        return FRAME_HEADER_BYTES + self.page_size

    def encoded(self) -> bytes:
        """The 32 bytes."""
        return self._summed() + _CHECKSUM.pack(*self.start.checksum)

    def _summed(self) -> bytes:
        magic = MAGIC | self.big_endian
        return _HEADER.pack(magic, FORMAT, self.page_size, self.checkpoint, *self.salts)


class Frame(NamedTuple):
    """One page as a transaction left it; in a commit frame `size` is the database's in pages, else 0."""

    page: int
    size: int
    data: bytes


class Committed(NamedTuple):
    """One complete transaction: its frames in order, and where it ends in the file."""

    frames: tuple[Frame, ...]
    end: Place

    @property
    def size(self) -> int:
        """How many pages the database has after it."""
        return self.frames[-1].size

    @property
    def pages(self) -> Mapping[int, bytes]:
        """The pages that it changed, by number; if a page was written twice, the last one."""
        return {frame.page: frame.data for frame in self.frames if frame.page <= self.size}


def summed(data: bytes, checksum: Checksum, big_endian: bool) -> Checksum:
    """The running `checksum` continued over `data`, whose length is a multiple of 8 bytes."""
    one, two = checksum
    words = struct.iter_unpack(">2I" if big_endian else "<2I", data)
    for even, odd in words:
        one = (one + even + two) & _WORD
        two = (two + odd + one) & _WORD
    return one, two


def header_of(log: bytes) -> Header:
    """The header of `log`. Raises `Unreadable`."""
    if len(log) < HEADER_BYTES:
        raise Unreadable(f"a write-ahead log begins with {HEADER_BYTES} bytes; there are only {len(log)}")
    magic, form, page_size, checkpoint, *salts = _HEADER.unpack_from(log)
    if magic & ~1 != MAGIC:
        raise Unreadable(f"a write-ahead log begins with {MAGIC:#x} or {MAGIC | 1:#x}, not {magic:#x}")
    if form != FORMAT:
        raise Unreadable(f"the write-ahead log has format version {form}; only {FORMAT} is known here")
    if not SMALLEST_PAGE <= page_size <= LARGEST_PAGE or page_size & (page_size - 1):
        raise Unreadable(f"{page_size} is no page size: it must be a power of two from 512 to 65536")
    header = Header(page_size, (salts[0], salts[1]), checkpoint, bool(magic & 1))
    if _CHECKSUM.unpack_from(log, _SUMMED) != header.start.checksum:
        raise Unreadable("the checksum of the write-ahead log's header is wrong")
    return header


def transactions(
    log: bytes, header: Header, after: Place | None = None, base: int = 0
) -> Iterator[Committed]:
    """Every complete transaction after `after` (None: the header), up to the end of the log.

    `log` is the file from the byte `base` on. A frame with other salts or a wrong checksum ends the log, as
    for SQLite; so do frames without a commit after them.
    """
    place = after or header.start
    frames: list[Frame] = []
    while (found := _frame_at(log, header, place, base)) is not None:
        frame, place = found
        frames.append(frame)
        if frame.size:
            yield Committed(tuple(frames), place)
            frames = []


def _frame_at(log: bytes, header: Header, place: Place, base: int) -> tuple[Frame, Place] | None:
    """The frame at `place` and where it ends; None if there is no valid frame."""
    begin = place.offset - base
    end = begin + header.frame_bytes
    if end > len(log):
        return None
    page, size, *salts = _FRAME.unpack_from(log, begin)
    data = log[begin + FRAME_HEADER_BYTES : end]
    if page == 0 or tuple(salts) != header.salts:
        return None
    checksum = _frame_checksum(log[begin : begin + 8], data, place.checksum, header)
    if _CHECKSUM.unpack_from(log, begin + 16) != checksum:
        return None
    return Frame(page, size, data), Place(end + base, checksum)


def encoded(frames: Iterable[Frame], header: Header, after: Place) -> tuple[bytes, Place]:
    """The bytes that put `frames` into the file at `after`, and where they end.

    Raises `ValueError` for a page whose size is not the header's.
    """
    parts: list[bytes] = []
    place = after
    for frame in frames:
        if len(frame.data) != header.page_size:
            raise ValueError(
                f"page {frame.page} has {len(frame.data)} bytes, but this log's pages have {header.page_size}"
            )
        head = _FRAME.pack(frame.page, frame.size, *header.salts)
        checksum = _frame_checksum(head[:8], frame.data, place.checksum, header)
        parts += [head, _CHECKSUM.pack(*checksum), frame.data]
        place = Place(place.offset + header.frame_bytes, checksum)
    return b"".join(parts), place


def _frame_checksum(head: bytes, data: bytes, before: Checksum, header: Header) -> Checksum:
    return summed(data, summed(head, before, header.big_endian), header.big_endian)
