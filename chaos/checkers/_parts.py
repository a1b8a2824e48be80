"""What values of a register are made of, so that what was merged can be found again.

A merged value is a text joined by `/`, a text of lines, or a list; its pieces are its parts. Any other value
is one part, itself. Numbers that were written are found again in a joined text, too. The markers that a
three-way merge puts around both sides of a conflict are nobody's lines.

Assumed: what somebody wrote as one value is not also made by merging others.
"""

import re
from collections.abc import Iterable
from typing import TypeAlias

from chaos.checkers._keys import left_behind
from chaos.history import Operation, canonical

JOINED_BY = "/"
MARKER = re.compile(r"(<<<<<<<|>>>>>>>) .*|=======").fullmatch

Parts: TypeAlias = dict[bytes, None]  # in order: a set whose order is the same in every run


class Splitter:
    """Takes values apart, for one key of which the `changes` are known."""

    def __init__(self, changes: Iterable[Operation]) -> None:
        written = (left_behind(change) for change in changes)
        self._pieces = {str(value): canonical(value) for value in written if type(value) in (int, float)}
        self._known: dict[bytes, Parts] = {}  # by whole value: many clients see the same one

    def parts(self, value: object) -> Parts:
        """The parts of one value; none of an absent one."""
        if value is None:
            return {}
        whole = canonical(value)
        if (parts := self._known.get(whole)) is None:
            parts = self._known[whole] = self._take_apart(value, whole)
        return parts

    def _take_apart(self, value: object, whole: bytes) -> Parts:
        if isinstance(value, list):
            return dict.fromkeys(map(canonical, value))
        if isinstance(value, str) and "\n" in value:
            lines = (line for line in value.split("\n") if not MARKER(line))
            return dict.fromkeys(map(canonical, lines))
        if isinstance(value, str) and JOINED_BY in value:
            return dict.fromkeys(map(self._part, filter(None, value.split(JOINED_BY))))
        return {whole: None}

    def of_all(self, values: Iterable[object]) -> Parts:
        """The parts of several values."""
        return {part: None for value in values for part in self.parts(value)}

    def _part(self, piece: str) -> bytes:
        if (part := self._pieces.get(piece)) is None:
            part = self._pieces[piece] = canonical(piece)
        return part
