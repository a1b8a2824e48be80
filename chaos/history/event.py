"""One line of a history: what somebody asked for, what came of it, or what was done to the cluster."""

from collections.abc import Sequence
from typing import Any, Literal, TypeAlias

import msgspec

Key: TypeAlias = str | int

NEMESIS: Literal["nemesis"] = "nemesis"


class HistoryError(ValueError):
    """The history breaks its own form; the text says where, what was found and what was expected."""


class Event(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One line of `history.jsonl`; `time` is nanoseconds since the run began.

    An `ok` carries the result in `value`, who answered in `node` and `epoch`, and the log position
    or version in `position`; `fail` and `info` of a client carry an `error`. Where the keys are shared out
    over partitions, each with epochs and positions of its own, it also has the `partition`, from 1.
    Where several may write a key at once, `saw` on the `invoke` of a change has the values that its client
    knew and means to replace, and `siblings` on the `ok` of a read all the values returned, of which `value`
    is what the client made. A position may be an object then (a vector, `{"n1": 3}`), and `by` is the
    coordinator, where that is not `node`. `behind_ms` is how far behind a read may be, by its own account.
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
    partition: int | None = None
    saw: list[Any] | None = None
    siblings: list[Any] | None = None
    by: str | None = None
    behind_ms: float | None = None


class Row(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What of an `Event` matters for judging operations by the million: it is read in half the time."""

    index: int
    time: int
    type: Literal["invoke", "ok", "fail", "info"]
    process: int | Literal["nemesis"]
    f: str
    key: Key | None = None
    value: Any = None
    session: str | None = None
    node: str | None = None
    epoch: int | None = None
    final: bool = False
    saw: list[Any] | None = None
    siblings: list[Any] | None = None


Rows: TypeAlias = Sequence[Event] | Sequence[Row]


def canonical(value: object) -> bytes:
    """A JSON value as bytes that are equal exactly when the values are (1, true and 1.0 differ)."""
    return msgspec.json.encode(value, order="deterministic")
