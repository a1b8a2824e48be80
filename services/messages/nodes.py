"""What every node answers, whatever its role: who it is, its settings, a probe; and the power switches."""

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias

import msgspec

from services.families import FAMILIES, part_of
from services.messages.detail import Detail
from services.messages.message import Message
from services.messages.values import Count, Name
from services.settings.of_families import AnySettings

if TYPE_CHECKING:
    AnyDetail: TypeAlias = Detail
else:
    AnyDetail = reduce(or_, (part_of(name, "messages").DETAIL for name in FAMILIES))


class Status(Message, frozen=True, kw_only=True):
    """What a node says of itself.

    `mark` is what it holds, comparable for equality with those of its group; `owes` how much is still to be
    delivered or decided before it has nothing left to do; `detail` what is particular to its family. `sent`
    has how many messages went to each other node since it started, and how many of these brought data.
    """

    node: Name
    role: str
    mark: str = ""
    owes: Count = 0
    settings: AnySettings | None = None
    detail: AnyDetail | None = None
    sent: dict[Name, tuple[Count, Count]] = msgspec.field(default_factory=dict)

    def flat(self) -> dict[str, Any]:
        """As JSON for people: with the details among the rest."""
        document: dict[str, Any] = msgspec.to_builtins(self)
        return document | (document.pop("detail") or {})


class Configure(Message, frozen=True, kw_only=True):
    """Operator to any node: take these settings; with `reset`, begin again with empty data.

    Another family needs a `reset`: its data means nothing to the next. With an `incarnation`, which goes with
    a `reset`, the node does nothing any more for nodes of another one; see `services.adapters.incarnation`.
    """

    settings: AnySettings
    reset: bool = False
    incarnation: Annotated[str, msgspec.Meta(pattern="^[0-9a-z-]{1,64}$")] | None = None


class AskStatus(Message, frozen=True, kw_only=True):
    """Anybody to any node: who are you at the moment?"""


class Probe(Message, frozen=True, kw_only=True):
    """Operator to any node: send `to` a harmless request over your own link; what came back?"""

    to: Name
    timeout_s: Annotated[float, msgspec.Meta(gt=0, le=600)]


class Probed(Message, frozen=True, kw_only=True):
    """`passed`, `no-answer` (a black hole) or `refused` (closed or reset)."""

    outcome: Literal["passed", "no-answer", "refused"]
    elapsed_s: float


class PowerOff(Message, frozen=True, kw_only=True):
    """Controller to a power switch, over the out-of-band link: shoot the other node in the head."""

    by: Name
    reason: str


class PoweredOff(Message, frozen=True, kw_only=True):
    """The switch of `node`: no process that ran there when you asked will ever act again."""

    node: Name
    was_running: bool
