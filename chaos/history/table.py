"""The events of a history as columns of numbers, and which event completes which invocation.

A value that occurs gets a number, and rows compare numbers. The rules by which events follow one another
are those of `Pairing`, over arrays: where nothing is wrong, no line need be named.
"""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from operator import attrgetter, eq
from typing import Any, Generic, TypeAlias, TypeVar

import msgspec
import numpy as np
import numpy.typing as npt

from chaos.history.answers import ECHOES, TRANSACTION, misfit
from chaos.history.event import NEMESIS, Event, Key, Row, Rows, canonical
from chaos.history.knowing import knowing, misplaced

Ints: TypeAlias = npt.NDArray[np.int64]
Bools: TypeAlias = npt.NDArray[np.bool_]
H = TypeVar("H", bound=Hashable)

INVOKE, OK, FAIL, INFO = range(4)
KINDS = {"invoke": INVOKE, "ok": OK, "fail": FAIL, "info": INFO}
OPEN = -1  # the end of an operation that has none
SHORT = 2**16  # numbers below are sorted by their digits, in linear time
PLAIN_COLUMNS = ("process", "f", "key", "session", "node", "epoch", "final")
PLAIN = {int, str, type(None)}  # values of these types are equal exactly when JSON's are


class MalformedError(Exception):
    """Some event breaks the rules."""


@dataclass(frozen=True)
class Coded(Generic[H]):
    """A column of values: `names` are the different ones, `codes` has the number of its own for each row."""

    names: tuple[H, ...]
    codes: Ints

    def where(self, holds: Callable[[H], bool]) -> Bools:
        """The rows whose value fulfils this."""
        fulfils = np.fromiter(map(holds, self.names), np.bool_, len(self.names))
        return fulfils[self.codes] if self.names else np.zeros(0, dtype=np.bool_)


@dataclass(frozen=True)
class Table:
    """One row for each event; `kind` is its type, `value` something hashable for it, else as in `Event`.

    `saw` and `siblings` are the rows that have any.
    """

    kind: Ints
    process: Coded[int | str]
    f: Coded[str]
    key: Coded[Key | None]
    value: Coded[object]
    session: Coded[str | None]
    node: Coded[str | None]
    epoch: Coded[int | None]
    final: Coded[bool]
    saw: Ints
    siblings: Ints

    @classmethod
    def of(cls, chunks: Iterable[Rows]) -> "Table":
        """All rows of all chunks. Raises `MalformedError`."""
        columns = {name: _Growing() for name in ("kind", "value", *PLAIN_COLUMNS)}
        last_ns, rows = 0, 0
        told: list[Event | Row] = []
        for chunk in chunks:
            last_ns = _must_be_in_order(chunk, rows, last_ns)
            rows += len(chunk)
            columns["kind"].add(map(KINDS.__getitem__, map(attrgetter("type"), chunk)))
            columns["value"].add(_tokens(list(map(attrgetter("value"), chunk))))
            told += knowing(chunk)
            for name in PLAIN_COLUMNS:
                columns[name].add(map(attrgetter(name), chunk))
        kind = columns.pop("kind").coded()
        if any(map(misplaced, told)):
            raise MalformedError
        return cls(
            np.array((*kind.names, -1), dtype=np.int64)[kind.codes],
            saw=np.array([event.index for event in told if event.saw is not None], dtype=np.int64),
            siblings=np.array([event.index for event in told if event.siblings is not None], dtype=np.int64),
            **{name: column.coded() for name, column in columns.items()},
        )

    @cached_property
    def begun(self) -> Ints:
        """The row of each invocation."""
        return np.flatnonzero(self.kind == INVOKE)

    @cached_property
    def succeeded(self) -> frozenset[str]:
        """The `f` of everything that clients asked of some key and got; final reads do not count."""
        counts = ~self.final.where(bool)[self.begun] & self.key.where(lambda key: key is not None)[self.begun]
        done = counts & (self.ended >= 0) & (self.kind[self.ended] == OK)
        times = np.bincount(self.f.codes[self.begun[done]], minlength=len(self.f.names))
        return frozenset(name for name, count in zip(self.f.names, times.tolist(), strict=True) if count)

    @cached_property
    def ended(self) -> Ints:
        """For each invocation the row of the event that completes it; `OPEN` where none does.

        Raises `MalformedError` when processes do anything but begin and end one operation after another.
        """
        faults = self.process.where(lambda process: process == NEMESIS)
        clients = np.flatnonzero(~faults)
        whose = self.process.codes[clients]
        narrow = whose.astype(np.uint16) if len(self.process.names) < SHORT else whose
        order = clients[np.argsort(narrow, kind="stable")]  # each process's events, one after the other
        kind, whose = self.kind[order], self.process.codes[order]
        goes_on = whose[1:] == whose[:-1]
        before = np.full(len(order), OK)  # that is how a process begins: free to invoke
        before[1:][goes_on] = kind[:-1][goes_on]
        completes = np.flatnonzero(kind != INVOKE)
        begun, ended = order[completes - 1], order[completes]
        if (
            (self.kind[faults] != INFO).any()
            or (before == INFO).any()
            or ((kind == INVOKE) == (before == INVOKE)).any()
            or any((column.codes[begun] != column.codes[ended]).any() for column in (self.f, self.key))
        ):
            raise MalformedError
        self._must_be_answered(begun, ended)
        ends = np.full(len(self.kind), OPEN, dtype=np.int64)
        ends[begun] = ended
        return ends[self.begun]

    def _must_be_answered(self, begun: Ints, ended: Ints) -> None:
        """Raises `MalformedError` when an answer is none to its request; see `answers`."""
        names, codes = self.value.names, self.value.codes
        done = self.kind[ended] == OK
        asked = done & (codes[begun] != codes[ended])  # where these are equal, nothing need be looked at
        for f in np.unique(self.f.codes[begun[asked]]):
            if self.f.names[f] in (*ECHOES, TRANSACTION):
                rows = np.flatnonzero(asked & (self.f.codes[begun] == f))
                pairs = zip(codes[begun[rows]].tolist(), codes[ended[rows]].tolist(), strict=True)
                if any(
                    misfit(self.f.names[f], _value(names[one]), _value(names[other])) for one, other in pairs
                ):
                    raise MalformedError


class _Numbers(dict[Any, int]):
    """Gives each new name the next number."""

    def __missing__(self, name: Hashable) -> int:
        number = self[name] = len(self)
        return number


class _Growing:
    """A column that is put together chunk by chunk."""

    def __init__(self) -> None:
        self._numbers = _Numbers()
        self._parts: list[Ints] = []

    def add(self, values: Iterable[Hashable]) -> None:
        self._parts.append(np.fromiter(map(self._numbers.__getitem__, values), np.int64))

    def coded(self) -> Coded[Any]:
        codes = np.concatenate(self._parts) if self._parts else np.zeros(0, dtype=np.int64)
        return Coded(tuple(self._numbers), codes)


def _tokens(values: list[object]) -> list[Any]:
    """Something hashable for each value that is equal exactly for equal JSON values (1, true, 1.0 differ)."""
    if set(map(type, values)) <= PLAIN:
        return values
    return [value if type(value) in PLAIN else canonical(value) for value in values]


def _value(token: Any) -> Any:
    """The value that such a token stands for."""
    return msgspec.json.decode(token) if isinstance(token, bytes) else token


def _must_be_in_order(chunk: Rows, rows_before: int, last_ns: int) -> int:
    """Indexes are dense and times never go back; returns the last time."""
    try:
        time = np.fromiter(map(attrgetter("time"), chunk), np.int64, len(chunk))
    except OverflowError as error:
        raise MalformedError from error
    dense = all(map(eq, map(attrgetter("index"), chunk), count(rows_before)))
    if not dense or (np.diff(time, prepend=last_ns) < 0).any():
        raise MalformedError
    return int(time[-1]) if len(time) else last_ns
