"""What clients ask for, through a gateway, and what replicas answer."""

from typing import Annotated, Literal, TypeAlias

import msgspec

from services.messages.message import Message
from services.messages.values import START, Count, Entry, Operation, Position, ReadMode, Token, Value

Vector: TypeAlias = dict[str, Count]  # how many writes of each node are known
# What a client knows about one key; opaque to the client, understood by the key's home. Visible ASCII.
Context: TypeAlias = Annotated[str, msgspec.Meta(max_length=4096, pattern="^[!-~]*$")]
# How many replicas must answer.
HowMany: TypeAlias = Annotated[int, msgspec.Meta(ge=1, le=9)]


class Write(Message, frozen=True, kw_only=True):
    """Gateway to replica: do this, and answer when it is acknowledged by the rule in force.

    `session` is the user who asks, `token` came with the last answer to that user's client. `context` is what
    the client knows about this key; it came with a read or an earlier write. `w` of `n` homes must have it,
    if the family lets clients choose.
    """

    operation: Operation
    session: str | None = None
    token: Token = ()
    context: Context = ""
    w: HowMany | None = None
    n: HowMany | None = None

    @property
    def brings_data(self) -> bool:
        """See `Message`."""
        return True


class Written(Message, frozen=True, kw_only=True):
    """The write is acknowledged, at `position` of the leader's log, or as the `vector` says.

    A gateway adds the client's new token, and the `partition` if there are several. `context` is what the
    client now knows about the key; `by` is the coordinator, if that is not `node`. `hints` counts the nodes
    that only keep the write for a home that could not be reached; `stand_ins` names them for each such home.
    """

    node: str
    epoch: int = 0
    position: Position = START
    token: Token = ()
    partition: int | None = None
    vector: Vector = msgspec.field(default_factory=dict)
    context: Context = ""
    by: str | None = None
    hints: Count = 0
    stand_ins: dict[str, str] = msgspec.field(default_factory=dict)


class Read(Message, frozen=True, kw_only=True):
    """Gateway to replica: one register or set.

    `local` is answered from what this replica has, `leader` only by a leader that may still lead, `bounded`
    only by a replica that is provably no staler than the bound, `acknowledged` only with what can no longer
    be lost. In every mode a replica whose log has not reached `after` waits for it, and refuses if it does
    not come. `r` of `n` homes must answer, if the family lets clients choose.
    """

    key: str
    type: Literal["register", "set"] = "register"
    mode: ReadMode = "local"
    after: Position = START
    session: str | None = None
    token: Token = ()
    r: HowMany | None = None
    n: HowMany | None = None


class ReadResult(Message, frozen=True, kw_only=True):
    """The value (None if `found` is false) and the position up to which the replica had applied its log.

    `needs` is what the value's writer knew about other partitions. A gateway adds the client's new token, and
    the `partition` if there are several. If no node may choose among several values, they are the `siblings`
    and `value` is null; a single value has no siblings. `context` stands for all that was shown. For
    `vector`, `by` and `stand_ins` (the nodes that answered in place of homes) see `Written`. Nothing
    acknowledged more than `behind_ms` earlier is missing, if that is known.
    """

    node: str
    epoch: int = 0
    position: Position = START
    found: bool
    value: Value = None
    token: Token = ()
    needs: Token = ()
    partition: int | None = None
    siblings: tuple[Value, ...] = ()
    vector: Vector = msgspec.field(default_factory=dict)
    context: Context = ""
    by: str | None = None
    behind_ms: float | None = None
    stand_ins: dict[str, str] = msgspec.field(default_factory=dict)


class ReadContents(Message, frozen=True, kw_only=True):
    """Anybody to replica: everything that you hold, for the final comparison and for curious people."""


class Contents(Message, frozen=True, kw_only=True):
    """All registers, all sets as sorted lists, and the log tails that were set aside, by file name.

    `tables` has each row of the SQL tables under `table/key`, and a table without a key under its name.
    `epochs` has the first entry of each epoch in the log, as far as the log is kept. A key with several
    values is among the `siblings`, not among the registers. `mark` is the same as in the status. If there
    are several partitions, this is what the replica has of `partition`.
    """

    node: str
    epoch: int = 0
    position: Position = START
    registers: dict[str, Value]
    sets: dict[str, list[Value]]
    tables: dict[str, Value] = msgspec.field(default_factory=dict)
    set_aside: dict[str, list[Entry]] = msgspec.field(default_factory=dict)
    partition: int | None = None
    epochs: tuple[Position, ...] = ()
    siblings: dict[str, list[Value]] = msgspec.field(default_factory=dict)
    vector: Vector = msgspec.field(default_factory=dict)
    mark: str = ""
