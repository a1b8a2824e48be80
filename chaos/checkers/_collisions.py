"""Why a register with unique values is not linearizable, told by the operations that show it."""

from dataclasses import dataclass

from chaos.checkers._columns import Columns
from chaos.checkers._failed import failed_writes
from chaos.checkers._words import seconds, sentence, shown, told, unsourced, witness_of
from chaos.checkers._zones import Collision, Zones
from chaos.history import History, Operation
from chaos.judging.verdict import Witness


def read_too_early(history: History, table: Columns, row: int) -> Witness:
    """A read returned what nobody had begun to write by then; perhaps what somebody failed to write."""
    read = table.operation(row)
    writes = table.operations_at(table.writes & (table.cell == table.cell[row]))
    failed = failed_writes(history, read)[:1]
    why = unsourced(failed, "which nobody wrote")
    if writes:
        why = f"which was only asked for at {seconds(writes[0].invoked_ns)}"
    return witness_of(sentence(f"{told(read)}, {why}"), read, *(writes or failed))


def collided(table: Columns, zones: Zones, collision: Collision) -> Witness:
    """Two values that the register must have had at once."""
    one, other = (_Cluster.of(table, zones, cell) for cell in (collision.cell, collision.other))
    text = f"{one.story()}; {other.story()}; it cannot be both at once"
    return witness_of(sentence(text), *one.operations, *other.operations)


@dataclass(frozen=True)
class _Cluster:
    """A value's operation that ended first (None: it was there from the beginning) and the last to begin."""

    first: Operation | None
    last: Operation

    @classmethod
    def of(cls, table: Columns, zones: Zones, cell: int) -> "_Cluster":
        of_cell = table.cell == cell
        first = table.operations_at(of_cell & (table.end == zones.first_end[cell]))
        (last,) = table.operations_at(of_cell & (table.begin == zones.last_begin[cell]))
        return cls(first[0] if first else None, last)

    @property
    def operations(self) -> tuple[Operation, ...]:
        return (self.last,) if self.first in (None, self.last) else (self.first, self.last)

    def story(self) -> str:
        """What clients learnt, and when the register must have had this value by that."""
        value = f"{self.last.key} was {shown(self.last.value)}"
        begin = seconds(self.last.invoked_ns)
        if self.first is None:
            return f"at first {value}, and {told(self.last)}, so {value} all the time until {begin}"
        learnt = " and ".join(told(operation) for operation in self.operations)
        end = seconds(self.first.returned_ns)
        if self.last.index > self.first.end:
            return f"{learnt}, so {value} all the time from {end} to {begin}"
        return f"{learnt}, so {value} at some moment from {begin} to {end}"
