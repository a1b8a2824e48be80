"""What stands where in a page of an SQLite database: header, pointers, and the rows in its cells.

After https://www.sqlite.org/fileformat2.html, sections 1.3, 1.6 and 2.1. Free space keeps whatever stood
there before, so it has no fields.
"""

import struct
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from chaos.logdiff.pieces import Field, told

FILE_HEADER_BYTES = 100  # of the first page only
KINDS = {2: "interior page of an index", 5: "interior page", 10: "leaf of an index", 13: "leaf"}
INTERIOR, INTERIOR_OF_TABLE, LEAF_OF_TABLE = {2, 5}, 5, 13
FILE_HEADER = (
    *(
        (0, 16, "file type"),
        (16, 2, "page size"),
        (24, 4, "changes of the file"),
        (28, 4, "pages in the file"),
    ),
    *((36, 4, "free pages"), (40, 4, "schema cookie"), (56, 4, "text encoding (1: UTF-8, 2 and 3: UTF-16)")),
    *((92, 4, "valid for change"), (96, 4, "written by SQLite version")),
)
PAGE_HEADER = (
    *(
        (1, 2, "first free block"),
        (3, 2, "cells"),
        (5, 2, "cells begin at"),
        (7, 1, "free bytes in fragments"),
    ),
)


class Value(NamedTuple):
    """Where one value of a record stands, and what it is; `whole` is false when it goes on in other pages."""

    offset: int
    length: int
    value: object
    whole: bool


def fields(page: bytes, number: int, use: str, columns: Sequence[str]) -> list[Field]:
    """The fields of page `number`, of which `use` is what SQLite's dbstat calls it: `leaf`, `overflow` …"""
    start = FILE_HEADER_BYTES if number == 1 else 0
    found = [_number(page, at, size, name) for at, size, name in FILE_HEADER] if number == 1 else []
    if use == "overflow":
        more = Field(4, len(page) - 4, "value, continued", "", "value")
        return [_number(page, 0, 4, "next page of this value"), more]
    if use not in ("leaf", "internal"):
        return found
    kind, pointers = page[start], start + 8
    found.append(Field(start, 1, "kind of page", KINDS[kind], "what"))
    found += [_number(page, start + at, size, name) for at, size, name in PAGE_HEADER]
    if kind in INTERIOR:
        found.append(_number(page, pointers, 4, "last child"))
        pointers += 4
    if cells := int.from_bytes(page[start + 3 : start + 5]):
        found.append(Field(pointers, 2 * cells, "pointers to the cells", f"{cells}", "shape"))
    for place in range(pointers, pointers + 2 * cells, 2):
        found += _cell(page, kind, int.from_bytes(page[place : place + 2]), columns)
    return sorted(found)


def _number(page: bytes, offset: int, length: int, name: str) -> Field:
    here = page[offset : offset + length]
    text = here.rstrip(b"\0").decode("ascii", "replace") if length > 8 else str(int.from_bytes(here))
    return Field(offset, length, name, text, "shape")


def _cell(page: bytes, kind: int, begin: int, columns: Sequence[str]) -> Iterator[Field]:
    at = begin + 4 * (kind in INTERIOR)
    child = f"page {int.from_bytes(page[begin:at])}" if kind in INTERIOR else ""
    size, at = varint(page, at)
    if kind == INTERIOR_OF_TABLE:
        yield Field(begin, at - begin, "child", f"{child}: up to row {size}", "place")
        return
    row = "entry"
    if kind == LEAF_OF_TABLE:
        rowid, at = varint(page, at)
        row = f"row {rowid}"
    local = _local(size, len(page), kind)
    values, head = _record(page, at, local)
    told = ", ".join(_told(value) for value in values)
    yield Field(begin, head - begin, "cell: size, place, types", f"{child}{row}: {told}", "place")
    for place, value in enumerate(values):
        label = columns[place] if place < len(columns) else f"value {place + 1}"
        if value.length:
            yield Field(value.offset, value.length, label, _told(value), "value")
    if local < size:
        yield _number(page, at + local, 4, "goes on in page")


def _told(value: Value) -> str:
    text = repr(value.value) if isinstance(value.value, bytes) else told(value.value)
    return text if value.whole else f"{text} … goes on in another page"


def _local(size: int, page_size: int, kind: int) -> int:
    """How many of a payload's `size` bytes stand in the page itself; section 1.6 of the format."""
    most = page_size - 35 if kind == LEAF_OF_TABLE else (page_size - 12) * 64 // 255 - 23
    least = (page_size - 12) * 32 // 255 - 23
    if size <= most:
        return size
    fitting = least + (size - least) % (page_size - 4)
    return fitting if fitting <= most else least


def _record(page: bytes, begin: int, local: int) -> tuple[list[Value], int]:
    """The values of a record, and where the first one stands; what is not here any more is cut off."""
    size, at = varint(page, begin)
    end, place, values = begin + local, begin + size, list[Value]()
    while at < min(begin + size, end):
        serial, at = varint(page, at)
        length = _length(serial)
        here = page[place : min(place + length, end)]
        values.append(Value(place, len(here), _value(serial, here), len(here) == length))
        place += length
    return values, min(begin + size, end)


def _length(serial: int) -> int:
    if serial >= 12:
        return (serial - 12) // 2
    return (0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0)[serial]


def _value(serial: int, here: bytes) -> object:
    if serial >= 12:
        return here.decode("utf-8", "replace") if serial % 2 else here
    if serial == 7:
        return struct.unpack(">d", here.ljust(8, b"\0"))[0]
    constants = {0: None, 8: 0, 9: 1}
    return constants[serial] if serial in constants else int.from_bytes(here, signed=True)


def varint(page: bytes, at: int) -> tuple[int, int]:
    """SQLite's number of one to nine bytes at `at`, and where it ends; 64 bits in two's complement."""
    number = 0
    for place in range(at, at + 8):
        number = number << 7 | page[place] & 0x7F
        if page[place] < 0x80:
            return number, place + 1
    number = number << 8 | page[at + 8]
    return (number - (1 << 64) if number >= 1 << 63 else number), at + 9
