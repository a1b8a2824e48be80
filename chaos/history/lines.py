"""The lines of a `history.jsonl`: decoded a few thousand at a time, in full only where somebody looks."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from itertools import chain
from typing import TypeVar

import msgspec

from chaos.history.event import Event, HistoryError, Row

E = TypeVar("E", Event, Row)

CHUNK = 2**21  # bytes; what is made of them fits into a processor's cache


class Lines:
    """One event a line; none may be empty, for lines are counted."""

    def __init__(self, text: bytes) -> None:
        self._text = text

    def rows(self) -> Iterator[list[Row]]:
        """What matters most of each event, in chunks. Raises `HistoryError` naming the line."""
        return self._chunks(msgspec.json.Decoder(Row))

    def events(self) -> tuple[Event, ...]:
        """Each event in full. Raises `HistoryError` naming the line."""
        with collecting_no_garbage():
            return tuple(chain.from_iterable(self._chunks(msgspec.json.Decoder(Event))))

    def event(self, index: int) -> Event:
        """The event on line `index + 1` in full. Raises `HistoryError`."""
        begin = self._begins[index]
        end = self._text.find(b"\n", begin)
        line = self._text[begin : end if end >= 0 else None]
        return _decoded_line(line, index + 1, msgspec.json.Decoder(Event))

    def _chunks(self, decoder: "msgspec.json.Decoder[E]") -> Iterator[list[E]]:
        begin, first = 0, 1
        while begin < len(self._text):
            end = self._text.find(b"\n", begin + CHUNK) + 1 or len(self._text)
            chunk = _decoded(self._text[begin:end], first, decoder)
            yield chunk
            begin, first = end, first + len(chunk)

    @cached_property
    def _begins(self) -> list[int]:
        import numpy as np  # here: not every command needs it

        ends = np.flatnonzero(np.frombuffer(self._text, dtype=np.uint8) == ord("\n"))
        return [0, *(ends + 1).tolist()]


@contextmanager
def collecting_no_garbage() -> Iterator[None]:
    """Millions of values that are in no cycle are made: to look for cycles would take most of the time."""
    on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if on:
            gc.enable()


def _decoded(text: bytes, first: int, decoder: "msgspec.json.Decoder[E]") -> list[E]:
    """The events of these lines, of which `first` is the number of the first."""
    try:
        if b"\n\n" not in text and not text.startswith(b"\n"):
            return decoder.decode_lines(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        pass  # on which line is found out below
    lines = enumerate(text.splitlines(), start=first)
    return [_decoded_line(line, number, decoder) for number, line in lines]


def _decoded_line(line: bytes, number: int, decoder: "msgspec.json.Decoder[E]") -> E:
    try:
        return decoder.decode(line)
    except RecursionError as error:
        raise HistoryError(f"line {number}: its value is nested too deeply") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise HistoryError(f"line {number}: {error}") from error
