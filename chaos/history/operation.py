"""An operation: an invocation together with what became of it."""

import math
from typing import Any, Literal, TypeAlias

import msgspec

from chaos.history.event import Event, Key

Outcome: TypeAlias = Literal["ok", "fail", "info"]


class Operation(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An invocation and what became of it.

    `index` and `completed_index` are those of its two events; `completed_index` is None while it is
    open. `outcome` is `info` for an open operation too. `value` is the result of a read, and what was
    asked to be written of anything else. `returned_ns` is infinite while the effect is in doubt. `saw` is
    None for a blind change, and `siblings` for a read that returned one value.
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
    partition: int | None = None
    saw: list[Any] | None = None
    siblings: list[Any] | None = None
    by: str | None = None
    behind_ms: float | None = None

    @classmethod
    def of(cls, invocation: Event, completion: Event | None) -> "Operation":
        """The operation that began so and, unless it is still open, ended so."""
        end = completion or invocation
        outcome: Outcome = "info" if end.type == "invoke" else end.type
        has_result = outcome == "ok" and (invocation.f == "read" or end.value is not None)
        return cls(
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
            position=sequence(end.position) if invocation.final else end.position,
            error=end.error,
            final=invocation.final,
            partition=end.partition,
            saw=invocation.saw,
            siblings=end.siblings,
            by=end.by,
            behind_ms=end.behind_ms,
        )

    @property
    def writes(self) -> bool:
        """Whether it was to change anything."""
        return writes(self.f, self.value)

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


def writes(f: str, value: Any) -> bool:
    """Whether an operation is to change anything; a transaction that only reads is not."""
    if f == "txn" and isinstance(value, list):
        return any(micro[0] != "r" for micro in value if isinstance(micro, list) and micro)
    return f != "read"


def sequence(position: Any) -> Any:
    """A place in a log as its number alone, as everywhere in a history, also of `[epoch, number]`.

    A vector (an object) is no place in one log, and stays as it is.
    """
    return position[1] if isinstance(position, list | tuple) and len(position) == 2 else position
