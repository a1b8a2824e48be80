"""What clients ask for, by way of a gateway, and what replicas answer."""

from typing import Literal

import msgspec

from services.messages.message import Message
from services.messages.values import START, Entry, Operation, Position, ReadMode, Token, Value


class Write(Message, frozen=True, kw_only=True):
    """Gateway to leader: do this, answer when it is acknowledged by the rule in force.

    `session` is the user who asks, `token` what that user's client was given with its last answer.
    """

    operation: Operation
    session: str | None = None
    token: Token = ()


class Written(Message, frozen=True, kw_only=True):
    """The write is acknowledged, at `position` of the leader's log.

    A gateway adds the client's new token, and the `partition` where there are several.
    """

    node: str
    epoch: int
    position: Position
    token: Token = ()
    partition: int | None = None


class Read(Message, frozen=True, kw_only=True):
    """Gateway to replica: one register or set.

    `local` is answered from what this replica has, `leader` only by a leader that may still
    lead, `bounded` only by a replica that is provably no staler than the bound, `acknowledged` with nothing
    that may still be lost. In every mode a replica whose log has not come to `after` waits for it, and
    refuses when it does not come.
    """

    key: str
    type: Literal["register", "set"] = "register"
    mode: ReadMode = "local"
    after: Position = START
    session: str | None = None
    token: Token = ()


class ReadResult(Message, frozen=True, kw_only=True):
    """The value (None when `found` is false) and the position up to which the replica had applied.

    `needs` is what whoever wrote it knew of other partitions. A gateway adds the client's new token, and the
    `partition` where there are several.
    """

    node: str
    epoch: int
    position: Position
    found: bool
    value: Value = None
    token: Token = ()
    needs: Token = ()
    partition: int | None = None


class ReadContents(Message, frozen=True, kw_only=True):
    """Everything that a replica holds, for the final comparison and for curious people."""


class Contents(Message, frozen=True, kw_only=True):
    """All registers, all sets as sorted lists, and the log tails that were set aside, by file name.

    `tables` has each row of the SQL tables under `table/key`, and a table without a key under its name.
    `epochs` is the first entry of each epoch that is in the log, as far as it is kept.
    Where there are several partitions it is what the replica has of `partition`.
    """

    node: str
    epoch: int
    position: Position
    registers: dict[str, Value]
    sets: dict[str, list[Value]]
    tables: dict[str, Value] = msgspec.field(default_factory=dict)
    set_aside: dict[str, list[Entry]] = msgspec.field(default_factory=dict)
    partition: int | None = None
    epochs: tuple[Position, ...] = ()
