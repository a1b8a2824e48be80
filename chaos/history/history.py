"""A whole run, as its events and as the operations that these make."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from chaos.history.event import NEMESIS, Event, HistoryError
from chaos.history.lines import Lines, collecting_no_garbage
from chaos.history.operation import Operation
from chaos.history.pairing import explain

if TYPE_CHECKING:
    from chaos.history.table import Ints, Table

T = TypeVar("T")
Pair: TypeAlias = tuple[Event, Event | None]


@dataclass(frozen=True, eq=False)
class History:
    """All events, and what matters most of them as a `table`; `begun` and `ended` are rows of that.

    A million operations are seconds of work to make and minutes to look at one by one, so whoever judges
    them works on the table, and looks at the few operations that are evidence. A history of a few hundred
    that was paired while it was recorded has its `ends` by the index of the invocation, and a table only if
    somebody wants one.
    """

    source: "tuple[Event, ...] | Lines"
    ends: Mapping[int, Event] | None = None
    _known: dict[Callable[["History"], Any], Any] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, events: Iterable[Event]) -> "History":
        """The history of these events. Raises `HistoryError`."""
        return cls(tuple(events))._checked()

    @classmethod
    def load(cls, path: Path) -> "History":
        """Read a `history.jsonl`. Raises `HistoryError` naming the line, and `OSError`."""
        try:
            return cls(Lines(path.read_bytes()))._checked()
        except HistoryError as error:
            raise HistoryError(f"{path} {error}; the form is described in chaos/history") from error

    def _checked(self) -> "History":
        """Itself. Raises `HistoryError` when its events do not make operations."""
        from chaos.history.table import MalformedError  # here: not every command needs numpy

        try:
            with collecting_no_garbage():
                self.ended  # noqa: B018 - to look at it is to make it
        except MalformedError:
            explain(self.source.events() if isinstance(self.source, Lines) else self.source)
            raise
        return self

    @cached_property
    def table(self) -> "Table":
        """One row for each event."""
        from chaos.history.table import Table

        return Table.of(self.source.rows() if isinstance(self.source, Lines) else [self.source])

    @cached_property
    def begun(self) -> "Ints":
        """The row of each invocation."""
        return self.table.begun

    @cached_property
    def ended(self) -> "Ints":
        """For each invocation the row of the event that completes it, negative where none does."""
        return self.table.ended

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
    def pairs(self) -> tuple[Pair, ...]:
        """Each invocation with the event that completes it, or None, in the order of the invocations."""
        events, ends = self.events, self.ends
        if ends is not None:
            return tuple((event, ends.get(event.index)) for event in events if event.type == "invoke")
        rows = zip(self.begun.tolist(), self.ended.tolist(), strict=True)
        return tuple((events[begun], events[ended] if ended >= 0 else None) for begun, ended in rows)

    @cached_property
    def final_pairs(self) -> tuple[Pair, ...]:
        """Those of the `finals`, of which there are many, so that not each has to become an operation."""
        return tuple(pair for pair in self.pairs if pair[0].final)

    @cached_property
    def operations(self) -> tuple[Operation, ...]:
        """In the order of their invocation, the final reads included."""
        return tuple(Operation.of(*pair) for pair in self.pairs)

    @cached_property
    def client_operations(self) -> tuple[Operation, ...]:
        """What clients did during the run: no faults, no final reads."""
        return tuple(Operation.of(*pair) for pair in self.pairs if not pair[0].final)

    @cached_property
    def finals(self) -> tuple[Operation, ...]:
        """The reads of each replica's contents after healing and settling."""
        return tuple(Operation.of(*pair) for pair in self.final_pairs)

    @cached_property
    def succeeded(self) -> frozenset[str]:
        """The `f` of everything that clients asked of some key and got; final reads do not count."""
        if self.ends is None:
            return self.table.succeeded
        ended = (begun for begun, end in self.pairs if end is not None and end.type == "ok")
        return frozenset(begun.f for begun in ended if begun.key is not None and not begun.final)

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
