"""Which bytes of a compact JSON text are which value.

The encoding of a value is the encodings of its parts, one after the other with one byte of punctuation
between them. So walking through the value and encoding each part again tells where everything stands.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple, TypeAlias

import msgspec

Path: TypeAlias = tuple[str | int, ...]


class Span(NamedTuple):
    """A value without parts: the keys and indexes that lead to it, its bytes (with its key), itself."""

    path: Path
    offset: int
    length: int
    value: Any


def spans(data: bytes) -> list[Span]:
    """Every number, string, null of `data`, in order. Raises `ValueError` if it is not compact JSON."""
    document = msgspec.json.decode(data)
    if msgspec.json.encode(document) != data:
        raise ValueError("the text is not what encoding its contents gives")
    return list(_inside(document, (), 0, 0))


def _inside(value: Any, path: Path, begin: int, at: int) -> Iterator[Span]:
    """`value` stands at `at`; a key in front of it makes it begin at `begin`."""
    if isinstance(value, dict):
        at += 1
        for key, part in value.items():
            behind_key = at + _size(key) + 1
            yield from _inside(part, (*path, key), at, behind_key)
            at = behind_key + _size(part) + 1
    elif isinstance(value, list):
        at += 1
        for index, part in enumerate(value):
            yield from _inside(part, (*path, index), at, at)
            at += _size(part) + 1
    else:
        yield Span(path, begin, at + _size(value) - begin, value)


def _size(value: Any) -> int:
    return len(msgspec.json.encode(value))
