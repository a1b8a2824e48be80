"""What the clients saw, and what was done to the cluster: one event a line, in Jepsen's form.

A client's operation is a pair of events: `invoke`, then `ok` (it happened), `fail` (it certainly did
not) or `info` (nobody knows). An operation in doubt stays open for ever: it may take effect at any
later time, so its process never acts again. Faults are events of the process `nemesis`.
(The form is Jepsen's; retiring a process after doubt is what keeps its histories honest.)

The order of events is that of their `index`; `time` is for humans and for measuring.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, TypeAlias

import msgspec

Key: TypeAlias = str | int
Outcome: TypeAlias = Literal["ok", "fail", "info"]

NEMESIS: Literal["nemesis"] = "nemesis"


class HistoryError(ValueError):
    """The history breaks its own form; the text says where, what was found and what was expected."""


class Event(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line of `history.jsonl`; `time` is nanoseconds since the run began.

    An `ok` carries the result in `value`, who answered in `node` and `epoch`, and the log position
    or version in `position`; `fail` and `info` of a client carry an `error`.
    """

    index: int
    time: int
    type: Literal["invoke", "ok", "fail", "info"]
    process: int | Literal["nemesis"]
    f: str
    key: Key | None = None
    value: Any = msgspec.field(default_factory=lambda: None)  # a factory, so that null is written out
    gateway: str | None = None
    session: str | None = None
    device: str | None = None
    node: str | None = None
    epoch: int | None = None
    position: Any = None
    error: str | None = None
    final: bool = False


class Operation(msgspec.Struct, frozen=True, kw_only=True):
    """An invocation and what became of it.

    `index` and `completed_index` are those of its two events; `completed_index` is None while it is
    open. `outcome` is `info` for an open operation too. `value` is the result of a read, and what was
    asked to be written of anything else. `returned_ns` is infinite while the effect is in doubt.
    """

    index: int
    completed_index: int | None
    process: int
    f: str
    key: Key | None
    value: Any
    outcome: Outcome
    invoked_ns: int
    returned_ns: float
    gateway: str | None = None
    session: str | None = None
    device: str | None = None
    node: str | None = None
    epoch: int | None = None
    position: Any = None
    error: str | None = None
    final: bool = False

    @property
    def end(self) -> float:
        """The index of the event by which it had certainly taken effect or failed; infinite in doubt."""
        return math.inf if self.outcome == "info" or self.completed_index is None else self.completed_index

    def precedes(self, other: "Operation") -> bool:
        """True when this was over before `other` began, so that their order is beyond doubt."""
        return self.end < other.index

    @property
    def event_indexes(self) -> tuple[int, ...]:
        """The indexes of its events, as witnesses name them."""
        return (self.index,) if self.completed_index is None else (self.index, self.completed_index)


class Pairing:
    """Holds each event against those before it: one set of rules for writing and for reading."""

    def __init__(self) -> None:
        self._next_index = 0
        self._last_time = 0
        self._open: dict[int, Event] = {}
        self._retired: set[int] = set()

    def accept(self, event: Event) -> Event | None:
        """Take the next event; returns the invocation that it completes, if it completes one.

        Raises `HistoryError`, which names its line, when the event cannot follow what came before.
        """
        if event.index != self._next_index:
            raise self._error(f"index {self._next_index} (dense from 0)", event.index)
        if event.time < self._last_time:
            raise self._error(f"a time of at least {self._last_time}", event.time)
        invocation = self._pair(event)
        self._next_index += 1
        self._last_time = event.time
        return invocation

    def _pair(self, event: Event) -> Event | None:
        if isinstance(event.process, str):
            if event.type != "info":
                raise self._error("type info for a fault", event.type)
            return None
        if event.type != "invoke":
            return self._complete(event.process, event)
        if event.process in self._retired:
            raise self._error("another process, because this one met an info", f"process {event.process}")
        if event.process in self._open:
            begun = self._open[event.process].index
            raise self._error(f"the end of operation {begun}", f"another one by process {event.process}")
        self._open[event.process] = event
        return None

    def _complete(self, process: int, event: Event) -> Event:
        invocation = self._open.get(process)
        if invocation is None:
            raise self._error(f"an invoke by process {process}", event.type)
        if (invocation.f, invocation.key) != (event.f, event.key):
            begun = f"the end of {invocation.f} on {invocation.key!r} (event {invocation.index})"
            raise self._error(begun, f"that of {event.f} on {event.key!r}")
        del self._open[process]
        if event.type == "info":
            self._retired.add(process)
        return invocation

    def _error(self, expected: str, got: object) -> HistoryError:
        return HistoryError(f"line {self._next_index + 1}: expected {expected}, not {got}")


@dataclass(frozen=True)
class History:
    """A whole run; `operations` are in the order of their invocation, the final reads included."""

    events: tuple[Event, ...]
    operations: tuple[Operation, ...]

    @classmethod
    def of(cls, events: Iterable[Event]) -> "History":
        """The history of these events. Raises `HistoryError`."""
        pairing = Pairing()
        completions: dict[int, Event] = {}
        events = tuple(events)
        for event in events:
            invocation = pairing.accept(event)
            if invocation is not None:
                completions[invocation.index] = event
        invocations = (event for event in events if event.type == "invoke")
        return cls(events, tuple(_operation(event, completions.get(event.index)) for event in invocations))

    @classmethod
    def load(cls, path: Path) -> "History":
        """Read a `history.jsonl`. Raises `HistoryError` naming the line, and `OSError`."""
        try:
            return cls.of(_decode(path))
        except HistoryError as error:
            raise HistoryError(f"{path} {error}; the form is described in chaos/history.py") from error

    @cached_property
    def client_operations(self) -> tuple[Operation, ...]:
        """What clients did during the run: no faults, no final reads."""
        return tuple(operation for operation in self.operations if not operation.final)

    @cached_property
    def finals(self) -> tuple[Operation, ...]:
        """The reads of each replica's contents after healing and settling."""
        return tuple(operation for operation in self.operations if operation.final)

    @cached_property
    def nemesis(self) -> tuple[Event, ...]:
        """The faults, as they struck and as they ended."""
        return tuple(event for event in self.events if event.process == NEMESIS)


def _decode(path: Path) -> Iterable[Event]:
    decoder = msgspec.json.Decoder(Event)
    with path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            try:
                yield decoder.decode(line)
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                raise HistoryError(f"line {number}: {error}") from error


def _operation(invocation: Event, completion: Event | None) -> Operation:
    end = completion or invocation
    outcome: Outcome = "info" if end.type == "invoke" else end.type
    has_result = outcome == "ok" and (invocation.f == "read" or end.value is not None)
    return Operation(
        index=invocation.index,
        completed_index=None if completion is None else completion.index,
        process=int(invocation.process),
        f=invocation.f,
        key=invocation.key,
        value=end.value if has_result else invocation.value,
        outcome=outcome,
        invoked_ns=invocation.time,
        returned_ns=math.inf if outcome == "info" else end.time,
        gateway=invocation.gateway,
        session=invocation.session,
        device=invocation.device,
        node=end.node,
        epoch=end.epoch,
        position=end.position,
        error=end.error,
        final=invocation.final,
    )


def canonical(value: object) -> bytes:
    """A JSON value as bytes that are equal exactly when the values are (1, true and 1.0 differ)."""
    return msgspec.json.encode(value, order="deterministic")
