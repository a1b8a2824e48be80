"""What clients ask for, by way of a gateway, and what replicas answer."""

from typing import Annotated, Literal, TypeAlias

import msgspec

from services.messages.message import Message
from services.messages.values import START, Count, Entry, Operation, Position, ReadMode, Token, Value

Vector: TypeAlias = dict[str, Count]  # how much is known of what each node has written
# What a client knows of one key, opaque to it; the key's home understands it. Visible ASCII.
Context: TypeAlias = Annotated[str, msgspec.Meta(max_length=4096, pattern="^[!-~]*$")]
# How many replicas must answer.
HowMany: TypeAlias = Annotated[int, msgspec.Meta(ge=1, le=9)]


class Write(Message, frozen=True, kw_only=True):
    """Gateway to replica: do this, answer when it is acknowledged by the rule in force.

    `session` is the user who asks, `token` what that user's client was given with its last answer. `context`
    is what the client knows of this key: it came with a read, or with an earlier write. `w` is how many must
    have it, of how many (`n`), where a family lets its clients say so.
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
    """The write is acknowledged, at `position` of the leader's log, or as what the `vector` says.

    A gateway adds the client's new token, and the `partition` where there are several. `context` is what the
    client knows of the key now; `by` who coordinated, where that is not `node`. Of those who have it, so many
    (`hints`) only keep it for a home that could not be reached; `stand_ins` says for each such home who.
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

    `local` is answered from what this replica has, `leader` only by a leader that may still
    lead, `bounded` only by a replica that is provably no staler than the bound, `acknowledged` with nothing
    that may still be lost. In every mode a replica whose log has not come to `after` waits for it, and
    refuses when it does not come. `r` is how many must answer, of how many (`n`), where a family lets
    its clients say so.
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
    """The value (None when `found` is false) and the position up to which the replica had applied.

    `needs` is what whoever wrote it knew of other partitions. A gateway adds the client's new token, and the
    `partition` where there are several. Where nobody may choose among several values, these are `siblings`,
    and `value` is null; a single value has none. `context` stands for all that was shown; `vector`, `by` and
    `stand_ins` (who answered in a home's place) see `Written`. Nothing acknowledged more than `behind_ms`
    before is missing, where somebody can tell.
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
    """Everything that a replica holds, for the final comparison and for curious people."""


class Contents(Message, frozen=True, kw_only=True):
    """All registers, all sets as sorted lists, and the log tails that were set aside, by file name.

    `tables` has each row of the SQL tables under `table/key`, and a table without a key under its name.
    `epochs` is the first entry of each epoch that is in the log, as far as it is kept. A key that holds
    several values is among the `siblings`, not among the registers. `mark` is that of the status.
    Where there are several partitions it is what the replica has of `partition`.
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
