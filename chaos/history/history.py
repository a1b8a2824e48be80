"""A whole run, as its events and as the operations that these make."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from chaos.history.event import NEMESIS, Event, HistoryError, Rows
from chaos.history.lines import Lines, collecting_no_garbage
from chaos.history.operation import Operation
from chaos.history.pairing import explain

if TYPE_CHECKING:
    from chaos.history.table import Ints, Table

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class History:
    """All events, and what matters most of them as a `table`; `begun` and `ended` are rows of that.

    A million operations are seconds of work to make and minutes to look at one by one, so whoever judges
    them works on the table, and looks at the few operations that are evidence.
    """

    source: "tuple[Event, ...] | Lines"
    table: "Table"
    begun: "Ints"
    ended: "Ints"
    _known: dict[Callable[["History"], Any], Any] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, events: Iterable[Event]) -> "History":
        """The history of these events. Raises `HistoryError`."""
        events = tuple(events)
        return cls._made(events, [events])

    @classmethod
    def load(cls, path: Path) -> "History":
        """Read a `history.jsonl`. Raises `HistoryError` naming the line, and `OSError`."""
        try:
            lines = Lines(path.read_bytes())
            return cls._made(lines, lines.rows())
        except HistoryError as error:
            raise HistoryError(f"{path} {error}; the form is described in chaos/history") from error

    @classmethod
    def _made(cls, source: "tuple[Event, ...] | Lines", chunks: Iterable[Rows]) -> "History":
        from chaos.history.table import MalformedError, Table  # here: not every command needs numpy

        try:
            with collecting_no_garbage():
                table = Table.of(chunks)
                return cls(source, table, table.begun, table.ended)
        except MalformedError:
            explain(source.events() if isinstance(source, Lines) else source)
            raise

    @cached_property
    def events(self) -> tuple[Event, ...]:
        """All of them, with everything that is known. Raises `HistoryError` naming the line."""
        return self.source.events() if isinstance(self.source, Lines) else self.source

    def event(self, index: int) -> Event:
        """One event, without making them all. Raises `HistoryError` naming the line."""
        return self.source.event(index) if isinstance(self.source, Lines) else self.source[index]

    def operation(self, number: int) -> Operation:
        """The operation that was invoked as number `number`, from 0."""
        begun, ended = int(self.begun[number]), int(self.ended[number])
        return Operation.of(self.event(begun), self.event(ended) if ended >= 0 else None)

    @cached_property
    def operations(self) -> tuple[Operation, ...]:
        """In the order of their invocation, the final reads included."""
        events = self.events
        pairs = zip(self.begun.tolist(), self.ended.tolist(), strict=True)
        return tuple(
            Operation.of(events[begun], events[ended] if ended >= 0 else None) for begun, ended in pairs
        )

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

    def once(self, work: Callable[["History"], T]) -> T:
        """What `work` makes of this history; done once, however many ask for it."""
        if work not in self._known:
            self._known[work] = work(self)
        known: T = self._known[work]
        return known
