"""Bytes in lines, as `hexdump -C` has them: which lines are worth showing, and the field of each byte."""

from collections.abc import Iterator
from typing import NamedTuple, TypeAlias

from chaos.logdiff.pieces import Piece


class Line(NamedTuple):
    """The bytes from `begin` to `end` of a piece."""

    begin: int
    end: int


class Gap(NamedTuple):
    """Bytes that are not shown: `same` when they are as they were before, else because they are too many."""

    size: int
    same: bool


class Run(NamedTuple):
    """Bytes of one line that belong together: of one field (its index, or none), and news or not."""

    begin: int
    end: int
    field: int | None
    news: bool


View: TypeAlias = list[Line | Gap]


def view(piece: Piece, width: int, most: int | None) -> tuple[View, int]:
    """Lines of `width` bytes, and how many bytes are in them: at most about `most`, None for all there are.

    With a bound, lines without any news are left out too.
    """
    parts, shown = list[Line | Gap](), 0
    news = _news(piece)
    for begin in range(0, len(piece.data), width):
        line = Line(begin, min(begin + width, len(piece.data)))
        size = line.end - line.begin
        if most is None or (any(news[line.begin : line.end]) and shown < most):
            parts.append(line)
            shown += size
        else:
            _leave_out(parts, size, same=not any(news[line.begin : line.end]))
    return parts, shown


def _leave_out(parts: View, size: int, same: bool) -> None:
    if parts and isinstance(parts[-1], Gap) and parts[-1].same == same:
        parts[-1] = Gap(parts[-1].size + size, same)
    else:
        parts.append(Gap(size, same))


def runs(line: Line, owners: list[int | None], news: bytearray) -> Iterator[Run]:
    """The line in as few runs as there are; `owners` and `news` as `marks` has them."""
    begin = line.begin
    for at in range(line.begin + 1, line.end + 1):
        if at == line.end or owners[at] != owners[begin] or news[at] != news[begin]:
            yield Run(begin, at, owners[begin], bool(news[begin]))
            begin = at


def marks(piece: Piece) -> tuple[list[int | None], bytearray]:
    """For each byte the index of its field, and whether it is news."""
    owners: list[int | None] = [None] * len(piece.data)
    for index, field in enumerate(piece.fields):
        owners[field.offset : field.offset + field.length] = [index] * field.length
    return owners, _news(piece)


def _news(piece: Piece) -> bytearray:
    if piece.changed is None:
        return bytearray(b"\1" * len(piece.data))
    news = bytearray(len(piece.data))
    for begin, end in piece.changed:
        news[begin:end] = b"\1" * (end - begin)
    return news


def in_hex(data: bytes) -> str:
    """`7b 22 70`."""
    return data.hex(" ")


def in_ascii(data: bytes) -> str:
    """What can be printed; a dot for the rest."""
    return "".join(chr(byte) if 0x20 <= byte < 0x7F else "." for byte in data)
